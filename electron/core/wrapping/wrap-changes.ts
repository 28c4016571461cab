import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';

const hash = z.string();
const instant = z.number().int();

/** An answer was put into a token of one use. */
export const answerWrapped = defineChange(
  'wrapping/wrapped@1',
  z.strictObject({
    hash,
    accessor: z.string(),
    creationPath: z.string(),
    creationTime: instant,
    ttl: z.number().int(),
    wrappedAccessor: z.string().nullable(),
    value: z.string(),
  }),
  (db, wrap) =>
    db.run(
      `INSERT INTO wraps (hash, accessor, creation_path, creation_time, ttl, wrapped_accessor, state, value)
       VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)`,
      wrap.hash,
      wrap.accessor,
      wrap.creationPath,
      wrap.creationTime,
      wrap.ttl,
      wrap.wrappedAccessor,
      wrap.value,
    ),
);

/** It was taken out, once. */
export const answerUnwrapped = defineChange(
  'wrapping/unwrapped@1',
  z.strictObject({ hash, accessor: z.string(), creationPath: z.string() }),
  (db, wrap, { time }) =>
    db.run("UPDATE wraps SET state = 'opened', ended_at = ? WHERE hash = ?", time, wrap.hash),
);

/** Wrapping tokens died; what was never taken out of them is gone. */
export const wrapsEnded = defineChange(
  'wrapping/ended@1',
  z.strictObject({ hashes: z.array(hash), why: z.string() }),
  (db, { hashes, why }, { time }) => {
    for (const one of hashes) {
      db.run(
        `UPDATE wraps SET value = NULL, ended_at = coalesce(ended_at, ?1),
           state = CASE state WHEN 'waiting' THEN ?2 ELSE state END WHERE hash = ?3`,
        time,
        why === 'spent' ? 'spent' : 'ended',
        one,
      );
    }
  },
);

/**
 * The alarm: somebody came with a wrapping token that had been used. Either it was stolen and the thief came too late,
 * or the thief was first and this is its owner. `state` says whether the first use took the answer out (`opened`)
 * or spent the token on something else.
 */
export const wrapUsedAgain = defineChange(
  'wrapping/second-use@1',
  z.strictObject({
    hash,
    accessor: z.string(),
    creationPath: z.string(),
    state: z.enum(['opened', 'spent']),
  }),
  (db, wrap) => db.run('UPDATE wraps SET second_uses = second_uses + 1 WHERE hash = ?', wrap.hash),
);

/** Old enough: a use of one of these is a stranger's again. */
export const wrapsForgotten = defineChange(
  'wrapping/forgotten@1',
  z.strictObject({ endedBefore: instant }),
  (db, { endedBefore }) => db.run('DELETE FROM wraps WHERE ended_at <= ?', endedBefore),
);

export const wrapChanges = [answerWrapped, answerUnwrapped, wrapsEnded, wrapUsedAgain, wrapsForgotten];
