import type { Migration } from '../../vault/change.ts';

/**
 * `value` names the sealed secret; `used_step` is the last step whose code was accepted; `misses` are wrong codes since, and
 * before `closed_until` none is looked at.
 */
export const TOTP_MIGRATIONS: readonly Migration[] = [
  {
    id: 'totp/001-keys',
    sql: `
      CREATE TABLE totp_key (
        id TEXT NOT NULL PRIMARY KEY,
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        issuer TEXT NOT NULL,
        account_name TEXT NOT NULL,
        algorithm TEXT NOT NULL,
        digits INTEGER NOT NULL,
        period INTEGER NOT NULL,
        skew INTEGER NOT NULL,
        used_step INTEGER NOT NULL DEFAULT -1,
        value TEXT NOT NULL,
        UNIQUE (mount, name)
      ) STRICT;
    `,
  },
  {
    id: 'totp/002-misses',
    sql: `
      ALTER TABLE totp_key ADD COLUMN misses INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE totp_key ADD COLUMN closed_until INTEGER NOT NULL DEFAULT 0;
    `,
  },
];
