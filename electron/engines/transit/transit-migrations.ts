import type { Migration } from '../../vault/change.ts';

/** `value` names a version's sealed key; `public` is its public half in PEM, where it has one. */
export const TRANSIT_MIGRATIONS: readonly Migration[] = [
  {
    id: 'transit/001-tables',
    sql: `
      CREATE TABLE transit_key (
        id TEXT NOT NULL PRIMARY KEY,
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        derived INTEGER NOT NULL,
        convergent INTEGER NOT NULL,
        exportable INTEGER NOT NULL,
        plaintext_backup INTEGER NOT NULL,
        deletion_allowed INTEGER NOT NULL,
        latest INTEGER NOT NULL,
        min_decryption INTEGER NOT NULL,
        min_encryption INTEGER NOT NULL,
        min_available INTEGER NOT NULL,
        auto_rotate_period INTEGER NOT NULL,
        UNIQUE (mount, name)
      ) STRICT;
      CREATE TABLE transit_version (
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        value TEXT NOT NULL,
        public TEXT NOT NULL,
        PRIMARY KEY (key, version)
      ) STRICT;
    `,
  },
];
