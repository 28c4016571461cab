import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';

const instant = z.number().int();
const seconds = z.number().int().min(0);
const bytes = seconds;
const plainData = z.record(z.string(), z.unknown());

/** Durable before the target is touched: from here on somebody answers for what may exist there. */
export const leaseIntended = defineChange(
  'leases/intended@1',
  z.strictObject({
    id: z.string(),
    nonce: z.string(),
    mount: z.string(),
    path: z.string(),
    tokenHash: z.string(),
    tokenAccessor: z.string(),
    owner: z.string(),
    ttl: seconds,
    issuedAt: instant,
    expiresAt: instant,
    maxExpiresAt: instant,
    renewable: z.boolean(),
    promise: z.enum(['dies-by-itself', 'needs-keywarden']),
    data: plainData,
    secret: z.string().nullable(),
  }),
  (db, lease) =>
    db.run(
      `INSERT INTO leases (id, nonce, mount, path, state, token_hash, token_accessor, owner, ttl, issued_at, expires_at,
         max_expires_at, renewable, promise, data, secret)
       VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      lease.id,
      lease.nonce,
      lease.mount,
      lease.path,
      lease.tokenHash,
      lease.tokenAccessor,
      lease.owner,
      lease.ttl,
      lease.issuedAt,
      lease.expiresAt,
      lease.maxExpiresAt,
      lease.renewable ? 1 : 0,
      lease.promise,
      JSON.stringify(lease.data),
      lease.secret,
    ),
);

/** The credential exists. `remember` is what only the target could tell. */
export const leaseIssued = defineChange(
  'leases/issued@1',
  z.strictObject({ id: z.string(), remember: plainData }),
  (db, { id, remember }) =>
    db.run(
      "UPDATE leases SET state = 'active', data = json_patch(data, ?) WHERE id = ? AND state = 'pending'",
      JSON.stringify(remember),
      id,
    ),
);

/** The credential exists, but nobody may have it: what the target told is still needed for ending it. */
export const leaseRemembered = defineChange(
  'leases/remembered@1',
  z.strictObject({ id: z.string(), remember: plainData }),
  (db, { id, remember }) =>
    db.run('UPDATE leases SET data = json_patch(data, ?) WHERE id = ?', JSON.stringify(remember), id),
);

/** The target is about to be told of a new deadline. If we die now, the old one holds. */
export const leaseRenewalIntended = defineChange(
  'leases/renewal-intended@1',
  z.strictObject({ id: z.string(), until: instant }),
  (db, { id, until }) =>
    db.run("UPDATE leases SET data = json_set(data, '$.renewingUntil', ?) WHERE id = ?", until, id),
);

/** The deadline moved. */
export const leaseRenewed = defineChange(
  'leases/renewed@1',
  z.strictObject({ id: z.string(), at: instant, expiresAt: instant }),
  (db, { id, at, expiresAt }) =>
    db.run(
      "UPDATE leases SET expires_at = ?, last_renewed_at = ? WHERE id = ? AND state = 'active'",
      expiresAt,
      at,
      id,
    ),
);

/** Leases are over for us; their targets are yet to be told and asked for proof. */
export const leasesEnded = defineChange(
  'leases/ended@1',
  z.strictObject({
    ids: z.array(z.string()),
    why: z.enum(['revoked', 'expired', 'token-ended', 'issue-failed', 'interrupted', 'unmounted']),
    by: z.string(),
  }),
  (db, { ids, why, by }, { time }) => {
    for (const id of ids) {
      db.run(
        `UPDATE leases SET state = 'ending', ended_at = ?, ended_why = ?, ended_by = ?, next_try_at = ?
         WHERE id = ? AND state IN ('pending', 'active')`,
        time,
        why,
        by,
        time,
        id,
      );
    }
  },
);

/** The target could not be told, or gave no proof. It will be tried again. */
export const leaseEndFailed = defineChange(
  'leases/end-failed@1',
  z.strictObject({ id: z.string(), attempts: z.number().int(), reason: z.string(), nextTryAt: instant }),
  (db, { id, attempts, reason, nextTryAt }) =>
    db.run(
      "UPDATE leases SET attempts = ?, reason = ?, next_try_at = ? WHERE id = ? AND state = 'ending'",
      attempts,
      reason,
      nextTryAt,
      id,
    ),
);

/** The door was tried and stayed shut. */
export const leaseProvenDead = defineChange(
  'leases/proven-dead@1',
  z.strictObject({ id: z.string(), checks: z.array(z.string()) }),
  (db, { id, checks }, { time }) => {
    const proof = JSON.stringify(checks);
    db.run(
      `UPDATE leases SET state = 'dead', proven_at = ?, proof = ?, secret = NULL, reason = NULL, next_try_at = NULL
       WHERE id = ?`,
      time,
      proof,
      id,
    );
    // The report of a revocation keeps its proofs for longer than the lease is remembered.
    db.run('UPDATE revocation_leases SET proven_at = ?, proof = ? WHERE lease = ?', time, proof, id);
  },
);

/** A person gave up waiting for a proof. */
export const leasesAbandoned = defineChange(
  'leases/abandoned@1',
  z.strictObject({ ids: z.array(z.string()) }),
  (db, { ids }) => {
    for (const id of ids) {
      db.run(
        "UPDATE leases SET state = 'abandoned', next_try_at = NULL WHERE id = ? AND state <> 'dead'",
        id,
      );
    }
  },
);

/** A request with the lease's own credential is about to go on to the target. */
export const leaseForwardStarted = defineChange(
  'leases/forward-started@1',
  z.strictObject({ id: z.string(), method: z.string() }),
  () => {},
);

/** How it ended: the target's status (0: none came), and the bytes of both bodies. */
export const leaseForwardEnded = defineChange(
  'leases/forward-ended@1',
  z.strictObject({ id: z.string(), status: z.number().int(), sent: bytes, received: bytes }),
  () => {},
);

/** Proven dead for long enough: the records remember them. */
export const deadLeasesForgotten = defineChange(
  'leases/dead-forgotten@1',
  z.strictObject({ provenBefore: instant }),
  (db, { provenBefore }) =>
    db.run("DELETE FROM leases WHERE state = 'dead' AND proven_at <= ?", provenBefore),
);

/** A credential that carries this vault's mark was found at its target, and no lease of ours knew it. */
export const leaseAdopted = defineChange(
  'leases/adopted@1',
  z.strictObject({
    id: z.string(),
    nonce: z.string(),
    mount: z.string(),
    path: z.string(),
    ttl: seconds,
    issuedAt: instant,
    expiresAt: instant,
    promise: z.enum(['dies-by-itself', 'needs-keywarden']),
    data: plainData,
  }),
  (db, lease) =>
    db.run(
      `INSERT INTO leases (id, nonce, mount, path, state, token_hash, token_accessor, owner, ttl, issued_at, expires_at,
         max_expires_at, renewable, promise, data, secret)
       VALUES (?, ?, ?, ?, 'active', '', '', 'adopted', ?, ?, ?, ?, 0, ?, ?, NULL)`,
      lease.id,
      lease.nonce,
      lease.mount,
      lease.path,
      lease.ttl,
      lease.issuedAt,
      lease.expiresAt,
      lease.expiresAt,
      lease.promise,
      JSON.stringify(lease.data),
    ),
);

/** The target holds the credential to a later deadline that carries this vault's mark: a copy of it has renewed. */
export const leaseDeadlineAdopted = defineChange(
  'leases/deadline-adopted@1',
  z.strictObject({ id: z.string(), expiresAt: instant }),
  (db, { id, expiresAt }) =>
    db.run(
      `UPDATE leases SET state = 'active', expires_at = ?, max_expires_at = max(max_expires_at, ?), ended_at = NULL,
         ended_why = NULL, ended_by = NULL, attempts = 0, reason = NULL, next_try_at = NULL
       WHERE id = ? AND (state = 'active' OR state = 'ending' AND ended_why = 'expired')`,
      expiresAt,
      expiresAt,
      id,
    ),
);

/** What was over is there all the same (a target's backup put back): it ends once more. */
export const leasesReopened = defineChange(
  'leases/reopened@1',
  z.strictObject({ ids: z.array(z.string()) }),
  (db, { ids }, { time }) => {
    for (const id of ids) {
      db.run(
        `UPDATE leases SET state = 'ending', proven_at = NULL, proof = NULL, attempts = 0, next_try_at = ?
         WHERE id = ? AND state IN ('dead', 'abandoned')`,
        time,
        id,
      );
    }
  },
);

/** A person wants the end now, whatever the target's clock says. */
export const leaseEndsInsisted = defineChange(
  'leases/end-insisted@1',
  z.strictObject({ ids: z.array(z.string()), by: z.string() }),
  (db, { ids, by }) => {
    for (const id of ids) {
      db.run(
        "UPDATE leases SET ended_why = 'revoked', ended_by = ? WHERE id = ? AND state = 'ending'",
        by,
        id,
      );
    }
  },
);

export const leaseChanges = [
  leaseAdopted,
  leaseDeadlineAdopted,
  leasesReopened,
  leaseEndsInsisted,
  leaseIntended,
  leaseIssued,
  leaseRemembered,
  leaseRenewalIntended,
  leaseRenewed,
  leasesEnded,
  leaseEndFailed,
  leaseProvenDead,
  leasesAbandoned,
  deadLeasesForgotten,
  leaseForwardStarted,
  leaseForwardEnded,
];
