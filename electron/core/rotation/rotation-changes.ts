import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import type { StateDb } from '../../vault/state-db.ts';
import { rotationPolicy } from './rotation-policy.ts';

const one = z.strictObject({ id: z.string() });
const instant = z.number().int();
const terms = one.extend({
  kind: z.string(),
  path: z.string(),
  data: z.record(z.string(), z.unknown()),
  policy: rotationPolicy,
  /** When the next run is due; null: only on demand. */
  expiresAt: instant.nullable(),
});

/** From here on something is rotated. */
export const rotationRegistered = defineChange(
  'rotations/registered@1',
  terms.extend({ mount: z.string(), subject: z.string() }),
  (db, { id, mount, subject, kind, path, data, policy, expiresAt }) =>
    db.run(
      'INSERT INTO rotations (id, mount, subject, kind, path, data, policy, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      id,
      mount,
      subject,
      kind,
      path,
      JSON.stringify(data),
      JSON.stringify(policy),
      expiresAt,
    ),
);

/** How or when it is rotated was written anew; a run that is under way goes on. */
export const rotationChanged = defineChange(
  'rotations/changed@1',
  terms,
  (db, { id, kind, path, data, policy, expiresAt }) =>
    db.run(
      'UPDATE rotations SET kind = ?, path = ?, data = ?, policy = ?, due_at = ? WHERE id = ?',
      kind,
      path,
      JSON.stringify(data),
      JSON.stringify(policy),
      expiresAt,
      id,
    ),
);

/** Nothing is rotated any more. */
export const rotationsRemoved = defineChange(
  'rotations/removed@1',
  z.strictObject({ ids: z.array(z.string()) }),
  (db, { ids }) => {
    for (const id of ids) db.run('DELETE FROM rotations WHERE id = ?', id);
  },
);

/** The time for a run has gone by: the next one is that. */
export const rotationPlanned = defineChange(
  'rotations/planned@1',
  one.extend({ expiresAt: instant.nullable() }),
  (db, { id, expiresAt }) => db.run('UPDATE rotations SET due_at = ? WHERE id = ?', expiresAt, id),
);

/** Somebody wants a run as soon as there can be one. */
export const rotationWanted = defineChange('rotations/wanted@1', one, (db, { id }) =>
  db.run('UPDATE rotations SET wanted = 1 WHERE id = ?', id),
);

export const rotationPaused = defineChange(
  'rotations/paused@1',
  one.extend({ paused: z.boolean() }),
  (db, { id, paused }) => db.run('UPDATE rotations SET paused = ? WHERE id = ?', paused ? 1 : 0, id),
);

/** A run has begun: nothing was made yet. */
export const rotationStarted = defineChange(
  'rotations/started@1',
  one.extend({ run: z.number().int(), by: z.string() }),
  (db, { id, run, by }, { time }) =>
    db.run(
      `UPDATE rotations SET state = 'creating', run = ?, secret = NULL, started_at = ?, started_by = ?, wanted = 0, due_at = NULL,
         attempts = 0, refusals = 0, reason = NULL, next_try_at = NULL, retire_by = NULL, quiet_since = NULL
       WHERE id = ?`,
      run,
      time,
      by,
      id,
    ),
);

/** Only a person can go on; `reason` holds the instructions. */
export const rotationAsking = defineChange(
  'rotations/asking@1',
  one.extend({ reason: z.string() }),
  (db, { id, reason }) => move(db, id, 'asking', reason),
);

/** The new value is sealed; from here on the target may hear of it. */
export const rotationCreated = defineChange(
  'rotations/created@1',
  one.extend({ secret: z.string() }),
  (db, { id, secret }) => {
    db.run('UPDATE rotations SET secret = ? WHERE id = ?', secret, id);
    move(db, id, 'setting', null);
  },
);

/** The target has taken the new value. */
export const rotationSet = defineChange('rotations/set@1', one, (db, { id }) =>
  move(db, id, 'testing', null),
);

/** The target refused the new value after it had taken it: it is set again, or the old one goes back. */
export const rotationRefused = defineChange(
  'rotations/refused@1',
  one.extend({ next: z.enum(['setting', 'reverting']), reason: z.string(), nextTryAt: instant }),
  (db, { id, next, reason, nextTryAt }) => {
    move(db, id, next, reason);
    db.run(
      'UPDATE rotations SET refusals = refusals + 1, attempts = 1, next_try_at = ? WHERE id = ?',
      nextTryAt,
      id,
    );
  },
);

/** A step could not be done. It will be tried again. */
export const rotationFailed = defineChange(
  'rotations/failed@1',
  one.extend({ attempts: z.number().int(), reason: z.string(), nextTryAt: instant }),
  (db, { id, attempts, reason, nextTryAt }) =>
    db.run(
      'UPDATE rotations SET attempts = ?, reason = ?, next_try_at = ? WHERE id = ?',
      attempts,
      reason,
      nextTryAt,
      id,
    ),
);

/** The new value is the current one. */
export const rotationFinished = defineChange(
  'rotations/finished@1',
  one.extend({
    checks: z.array(z.string()),
    expiresAt: instant.nullable(),
    retireBy: instant.nullable(),
    quietFor: z.number().int().nullable(),
  }),
  (db, { id, checks, expiresAt, retireBy, quietFor }, { time }) => {
    move(db, id, retireBy === null ? 'idle' : 'retiring', null);
    db.run(
      `UPDATE rotations SET secret = NULL, due_at = ?, last_rotated_at = ?, last_result = 'rotated', last_reason = NULL,
         last_at = ?, proof = ?, retire_by = ?, quiet_for = ?, quiet_since = NULL
       WHERE id = ?`,
      expiresAt,
      time,
      time,
      JSON.stringify(checks),
      retireBy,
      quietFor,
      id,
    );
  },
);

/** The old value stays the current one. */
export const rotationGivenUp = defineChange(
  'rotations/given-up@1',
  one.extend({ reason: z.string(), expiresAt: instant }),
  (db, { id, reason, expiresAt }, { time }) => {
    move(db, id, 'idle', null);
    db.run(
      `UPDATE rotations SET secret = NULL, due_at = ?, last_result = 'reverted', last_reason = ?, last_at = ? WHERE id = ?`,
      expiresAt,
      reason,
      time,
      id,
    );
  },
);

/** Whether anybody was seen using the former value: quiet since then, or not quiet (null). */
export const rotationFormerSeen = defineChange(
  'rotations/former-seen@1',
  one.extend({ quietSince: instant.nullable(), reason: z.string(), nextTryAt: instant }),
  (db, { id, quietSince, reason, nextTryAt }) =>
    db.run(
      'UPDATE rotations SET quiet_since = ?, reason = ?, next_try_at = ? WHERE id = ?',
      quietSince,
      reason,
      nextTryAt,
      id,
    ),
);

/** The former value opens nothing any more. */
export const rotationRetired = defineChange(
  'rotations/retired@1',
  one.extend({ checks: z.array(z.string()) }),
  (db, { id, checks }) => {
    move(db, id, 'idle', null);
    db.run(
      `UPDATE rotations SET retire_by = NULL, quiet_since = NULL, proof = (
         SELECT json_group_array(value) FROM (
           SELECT value FROM json_each(coalesce(proof, '[]')) UNION ALL SELECT value FROM json_each(?)))
       WHERE id = ?`,
      JSON.stringify(checks),
      id,
    );
  },
);

function move(db: StateDb, id: string, state: string, reason: string | null): void {
  db.run(
    'UPDATE rotations SET state = ?, reason = ?, attempts = 0, next_try_at = NULL WHERE id = ?',
    state,
    reason,
    id,
  );
}

export const rotationChanges = [
  rotationRegistered,
  rotationChanged,
  rotationsRemoved,
  rotationPlanned,
  rotationWanted,
  rotationPaused,
  rotationStarted,
  rotationAsking,
  rotationCreated,
  rotationSet,
  rotationRefused,
  rotationFailed,
  rotationFinished,
  rotationGivenUp,
  rotationFormerSeen,
  rotationRetired,
];
