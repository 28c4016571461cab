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
  (db, { id, step }) => db.run('UPDATE totp_key SET used_step = ? WHERE id = ?', step, id),
);

/** A key is gone. */
export const TOTP_KEY_REMOVED = defineChange(
  'totp/key-removed@1',
  z.object({ id: z.string() }),
  (db, { id }) => db.run('DELETE FROM totp_key WHERE id = ?', id),
);
