import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';

/** A key was made or brought in, in the place of one of its name. */
export const TOTP_KEY_WRITTEN = defineChange(
  'totp/key-written@1',
  z.object({
    id: z.string(),
    mount: z.string(),
    name: z.string(),
    issuer: z.string(),
    accountName: z.string(),
    algorithm: z.enum(['SHA1', 'SHA256', 'SHA512']),
    digits: z.literal([6, 8]),
    period: z.number().int().min(1),
    skew: z.literal([0, 1]),
    value: z.string(),
  }),
  (db, key) =>
    db.run(
      `INSERT OR REPLACE INTO totp_key (id, mount, name, issuer, account_name, algorithm, digits, period, skew, value)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      key.id,
      key.mount,
      key.name,
      key.issuer,
      key.accountName,
      key.algorithm,
      key.digits,
      key.period,
      key.skew,
      key.value,
    ),
);

/** A code was accepted: neither it nor an earlier one is again. */
export const TOTP_CODE_USED = defineChange(
  'totp/code-used@1',
  z.object({ id: z.string(), step: z.number().int() }),
  (db, { id, step }) =>
    db.run('UPDATE totp_key SET used_step = ?, misses = 0, closed_until = 0 WHERE id = ?', step, id),
);

/** A wrong code was shown: the so many-th in a row. None is looked at before that instant (milliseconds since 1970). */
export const TOTP_CODE_MISSED = defineChange(
  'totp/code-missed@1',
  z.object({ id: z.string(), misses: z.number().int().min(1), closedUntil: z.number().int() }),
  (db, { id, misses, closedUntil }) =>
    db.run('UPDATE totp_key SET misses = ?, closed_until = ? WHERE id = ?', misses, closedUntil, id),
);

/** A key is gone. */
export const TOTP_KEY_REMOVED = defineChange(
  'totp/key-removed@1',
  z.object({ id: z.string() }),
  (db, { id }) => db.run('DELETE FROM totp_key WHERE id = ?', id),
);
