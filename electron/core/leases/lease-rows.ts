import type { Migration } from '../../vault/change.ts';
import type { ReadDb, SqlValue } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';
import type { LeaseState, LeaseTerms } from './lease.ts';

export const leaseMigration: Migration = {
  id: 'leases/001-leases',
  sql: `
    CREATE TABLE leases (
      id TEXT NOT NULL PRIMARY KEY,
      nonce TEXT NOT NULL UNIQUE,
      mount TEXT NOT NULL,
      path TEXT NOT NULL,
      state TEXT NOT NULL,
      token_hash TEXT NOT NULL,
      token_accessor TEXT NOT NULL,
      owner TEXT NOT NULL,
      ttl INTEGER NOT NULL,
      issued_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      max_expires_at INTEGER NOT NULL,
      renewable INTEGER NOT NULL,
      promise TEXT NOT NULL,
      data TEXT NOT NULL,
      secret TEXT,
      last_renewed_at INTEGER,
      ended_at INTEGER,
      ended_why TEXT,
      ended_by TEXT,
      attempts INTEGER NOT NULL DEFAULT 0,
      reason TEXT,
      next_try_at INTEGER,
      proven_at INTEGER,
      proof TEXT
    ) STRICT;
    CREATE INDEX leases_by_token ON leases (token_hash);
    CREATE INDEX leases_by_mount ON leases (mount);
    CREATE INDEX leases_active_by_end ON leases (expires_at) WHERE state = 'active';
    CREATE INDEX leases_unsettled ON leases (state) WHERE state IN ('pending', 'ending');
    CREATE INDEX leases_proven ON leases (proven_at) WHERE state = 'dead';`,
};

/** A lease as the state keeps it. Instants in milliseconds, lifetimes in seconds. */
export interface LeaseRow {
  readonly id: string;
  readonly nonce: string;
  readonly mount: string;
  readonly path: string;
  readonly state: LeaseState;
  readonly tokenHash: string;
  readonly tokenAccessor: string;
  /** Which app, or else who, holds it. */
  readonly owner: string;
  readonly ttl: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly maxExpiresAt: number;
  readonly renewable: boolean;
  readonly promise: LeaseTerms['promise'];
  readonly data: Readonly<Record<string, unknown>>;
  readonly secret: ValueHash | null;
  readonly lastRenewedAt: number | null;
  readonly endedAt: number | null;
  readonly endedWhy: string | null;
  /** The request that ended it; the proof's record carries the same id. */
  readonly endedBy: string | null;
  readonly attempts: number;
  readonly reason: string | null;
  readonly nextTryAt: number | null;
  readonly provenAt: number | null;
  readonly proof: readonly string[] | null;
}

interface StoredLease {
  readonly id: string;
  readonly nonce: string;
  readonly mount: string;
  readonly path: string;
  readonly state: LeaseState;
  readonly token_hash: string;
  readonly token_accessor: string;
  readonly owner: string;
  readonly ttl: number;
  readonly issued_at: number;
  readonly expires_at: number;
  readonly max_expires_at: number;
  readonly renewable: number;
  readonly promise: LeaseTerms['promise'];
  readonly data: string;
  readonly secret: string | null;
  readonly last_renewed_at: number | null;
  readonly ended_at: number | null;
  readonly ended_why: string | null;
  readonly ended_by: string | null;
  readonly attempts: number;
  readonly reason: string | null;
  readonly next_try_at: number | null;
  readonly proven_at: number | null;
  readonly proof: string | null;
}

/** The lease of that id, dead ones too for as long as they are remembered. */
export function findLease(db: ReadDb, id: string): LeaseRow | undefined {
  return selectLeases(db, 'id = ?', id)[0];
}

/** Leases below a prefix of paths that are not proven dead: `database/creds/app` names all of that role. */
export function leasesBelow(db: ReadDb, prefix: string): readonly LeaseRow[] {
  if (prefix === '') return selectLeases(db, "state <> 'dead' ORDER BY id");
  const bare = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  // `0` is the letter after `/`: a range, so that the primary key finds it.
  return selectLeases(db, "id >= ? AND id < ? AND state <> 'dead' ORDER BY id", `${bare}/`, `${bare}0`);
}

/** The same, and those whose mount has been moved below the prefix since: what lies there now is meant too. */
export function leasesNowBelow(db: ReadDb, prefix: string): readonly LeaseRow[] {
  const named = leasesBelow(db, prefix);
  if (prefix === '') return named;
  const bare = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  const known = new Set(named.map(({ id }) => id));
  const moved = selectLeases(
    db,
    "(path = ? OR (path >= ? AND path < ?)) AND state <> 'dead' ORDER BY id",
    bare,
    `${bare}/`,
    `${bare}0`,
  ).filter(({ id }) => !known.has(id));
  return [...named, ...moved];
}

/** Leases of one mount that are neither proven dead nor abandoned. */
export function liveLeasesOf(db: ReadDb, mount: string): readonly LeaseRow[] {
  return selectLeases(db, "mount = ? AND state NOT IN ('dead', 'abandoned')", mount);
}

/** Leases by a condition on the stored columns. */
export function selectLeases(db: ReadDb, where: string, ...params: SqlValue[]): readonly LeaseRow[] {
  return db.all<StoredLease>(`SELECT * FROM leases WHERE ${where}`, ...params).map((stored) => ({
    id: stored.id,
    nonce: stored.nonce,
    mount: stored.mount,
    path: stored.path,
    state: stored.state,
    tokenHash: stored.token_hash,
    tokenAccessor: stored.token_accessor,
    owner: stored.owner,
    ttl: stored.ttl,
    issuedAt: stored.issued_at,
    expiresAt: stored.expires_at,
    maxExpiresAt: stored.max_expires_at,
    renewable: stored.renewable === 1,
    promise: stored.promise,
    data: JSON.parse(stored.data) as Record<string, unknown>,
    secret: stored.secret as ValueHash | null,
    lastRenewedAt: stored.last_renewed_at,
    endedAt: stored.ended_at,
    endedWhy: stored.ended_why,
    endedBy: stored.ended_by,
    attempts: stored.attempts,
    reason: stored.reason,
    nextTryAt: stored.next_try_at,
    provenAt: stored.proven_at,
    proof: stored.proof === null ? null : (JSON.parse(stored.proof) as string[]),
  }));
}
