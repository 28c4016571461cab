import type { Migration } from '../../vault/change.ts';

/** `secret` names the sealed key; `placement` is JSON and says how the key is added. */
export const HTTP_MIGRATIONS: readonly Migration[] = [
  {
    id: 'http/001-tables',
    sql: `
      CREATE TABLE http_upstream (
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        base_url TEXT NOT NULL,
        placement TEXT NOT NULL,
        ca TEXT NOT NULL,
        max_connections INTEGER NOT NULL,
        idle_timeout INTEGER NOT NULL,
        secret TEXT NOT NULL,
        PRIMARY KEY (mount, name)
      ) STRICT;
      CREATE TABLE http_role (
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        upstream TEXT NOT NULL,
        methods TEXT NOT NULL,
        paths TEXT NOT NULL,
        ttl INTEGER NOT NULL,
        max_ttl INTEGER NOT NULL,
        PRIMARY KEY (mount, name)
      ) STRICT;
    `,
  },
];
