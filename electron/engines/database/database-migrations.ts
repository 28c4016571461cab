import type { Migration } from '../../vault/change.ts';

/** `secret` names the sealed value with the URL, password and TLS keys; `shown_url` has no password in it. */
export const DATABASE_MIGRATIONS: readonly Migration[] = [
  {
    id: 'database/001-tables',
    sql: `
      CREATE TABLE database_connection (
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        id TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        plugin TEXT NOT NULL,
        shown_url TEXT NOT NULL,
        username TEXT NOT NULL,
        allowed_roles TEXT NOT NULL,
        password_authentication TEXT NOT NULL,
        max_open_connections INTEGER NOT NULL,
        rotation_statements TEXT NOT NULL,
        secret TEXT NOT NULL,
        PRIMARY KEY (mount, name)
      ) STRICT;
      CREATE TABLE database_role (
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        connection TEXT NOT NULL,
        group_role TEXT NOT NULL,
        default_ttl INTEGER NOT NULL,
        max_ttl INTEGER NOT NULL,
        creation_statements TEXT NOT NULL,
        revocation_statements TEXT NOT NULL,
        renew_statements TEXT NOT NULL,
        rollback_statements TEXT NOT NULL,
        PRIMARY KEY (mount, name)
      ) STRICT;
    `,
  },
  {
    id: 'database/002-templates',
    sql: `
      ALTER TABLE database_connection ADD COLUMN username_template TEXT NOT NULL DEFAULT '';
      ALTER TABLE database_connection ADD COLUMN password_policy TEXT NOT NULL DEFAULT '';
    `,
  },
  {
    id: 'database/003-rehearsals',
    sql: `
      ALTER TABLE database_role ADD COLUMN promise TEXT NOT NULL DEFAULT '';
      ALTER TABLE database_role ADD COLUMN missing TEXT NOT NULL DEFAULT '[]';
    `,
  },
  {
    id: 'database/004-settings-of-clients',
    sql: `
      ALTER TABLE database_connection ADD COLUMN echoed TEXT NOT NULL DEFAULT '{}';
      ALTER TABLE database_role ADD COLUMN password_policy TEXT NOT NULL DEFAULT '';
    `,
  },
];
