import type { Migration } from '../../vault/change.ts';

/**
 * `folder` is everything up to and including the last slash of a secret's path (`''` at the top), `name` the rest:
 * the index makes listing a folder a range scan however large the mount is.
 */
export const KV_MIGRATIONS: readonly Migration[] = [
  {
    id: 'kv/001-tables',
    sql: `
      CREATE TABLE kv_config (
        mount TEXT PRIMARY KEY,
        max_versions INTEGER NOT NULL,
        cas_required INTEGER NOT NULL,
        delete_version_after INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE kv_secret (
        id TEXT PRIMARY KEY,
        mount TEXT NOT NULL,
        folder TEXT NOT NULL,
        name TEXT NOT NULL,
        current_version INTEGER NOT NULL,
        oldest_version INTEGER NOT NULL,
        max_versions INTEGER NOT NULL,
        cas_required INTEGER NOT NULL,
        delete_version_after INTEGER NOT NULL,
        custom_metadata TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE UNIQUE INDEX kv_secret_by_path ON kv_secret (mount, folder, name);
      CREATE TABLE kv_version (
        secret TEXT NOT NULL,
        version INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        deletion_at INTEGER,
        destroyed INTEGER NOT NULL,
        value TEXT,
        PRIMARY KEY (secret, version)
      ) WITHOUT ROWID;
    `,
  },
];
