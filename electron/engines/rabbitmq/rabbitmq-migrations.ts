import type { Migration } from '../../vault/change.ts';

/** One connection to a mount. `secret` names the sealed password; `uri` has none in it. */
export const RABBITMQ_MIGRATIONS: readonly Migration[] = [
  {
    id: 'rabbitmq/001-tables',
    sql: `
      CREATE TABLE rabbitmq_connection (
        mount TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        uri TEXT NOT NULL,
        username TEXT NOT NULL,
        tls_ca TEXT NOT NULL,
        username_template TEXT NOT NULL,
        secret TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE rabbitmq_leases (
        mount TEXT PRIMARY KEY,
        ttl INTEGER NOT NULL,
        max_ttl INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE rabbitmq_role (
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        tags TEXT NOT NULL,
        vhosts TEXT NOT NULL,
        vhost_topics TEXT NOT NULL,
        PRIMARY KEY (mount, name)
      ) WITHOUT ROWID;
    `,
  },
  {
    id: 'rabbitmq/002-rehearsals',
    sql: "ALTER TABLE rabbitmq_role ADD COLUMN missing TEXT NOT NULL DEFAULT 'null';",
  },
];
