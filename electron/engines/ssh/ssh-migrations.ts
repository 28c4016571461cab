import type { Migration } from '../../vault/change.ts';

/** `public_key` is the line that everybody may know; `key` names the sealed private key, bound to the id. */
export const SSH_MIGRATIONS: readonly Migration[] = [
  {
    id: 'ssh/001-tables',
    sql: `
      CREATE TABLE ssh_ca (
        mount TEXT PRIMARY KEY,
        id TEXT NOT NULL,
        public_key TEXT NOT NULL,
        key TEXT NOT NULL
      ) STRICT;
      CREATE TABLE ssh_role (
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        settings TEXT NOT NULL,
        PRIMARY KEY (mount, name)
      ) STRICT;
    `,
  },
  {
    id: 'ssh/002-rotation',
    // The keys before and after the one that signs: `next` has a sealed key, `former` only a public one and its end.
    sql: `
      CREATE TABLE ssh_other_key (
        mount TEXT NOT NULL,
        id TEXT NOT NULL,
        stage TEXT NOT NULL,
        public_key TEXT NOT NULL,
        key TEXT,
        expires_at INTEGER,
        PRIMARY KEY (mount, id)
      ) STRICT;
    `,
  },
];
