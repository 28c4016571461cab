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
  /**
   * Full-text search over names and what was noted about them, never over values. Kept by triggers, so that no change
   * can forget it; `kv_searchable` gives the text table the numbers that it needs.
   */
  {
    id: 'kv/002-search',
    sql: `
      CREATE TABLE kv_searchable (docid INTEGER PRIMARY KEY, secret TEXT NOT NULL UNIQUE);
      CREATE VIRTUAL TABLE kv_search USING fts4 (path, noted, tokenize=unicode61);
      CREATE TRIGGER kv_search_added AFTER INSERT ON kv_secret BEGIN
        INSERT INTO kv_searchable (secret) VALUES (NEW.id);
        INSERT INTO kv_search (docid, path, noted)
          SELECT docid, NEW.folder || NEW.name, coalesce(NEW.custom_metadata, '') FROM kv_searchable
          WHERE secret = NEW.id;
      END;
      CREATE TRIGGER kv_search_noted AFTER UPDATE OF custom_metadata ON kv_secret
        WHEN OLD.custom_metadata IS NOT NEW.custom_metadata BEGIN
        UPDATE kv_search SET noted = coalesce(NEW.custom_metadata, '')
          WHERE docid = (SELECT docid FROM kv_searchable WHERE secret = NEW.id);
      END;
      CREATE TRIGGER kv_search_removed AFTER DELETE ON kv_secret BEGIN
        DELETE FROM kv_search WHERE docid = (SELECT docid FROM kv_searchable WHERE secret = OLD.id);
        DELETE FROM kv_searchable WHERE secret = OLD.id;
      END;
      INSERT INTO kv_searchable (secret) SELECT id FROM kv_secret;
      INSERT INTO kv_search (docid, path, noted)
        SELECT docid, folder || name, coalesce(custom_metadata, '')
        FROM kv_searchable JOIN kv_secret ON kv_secret.id = kv_searchable.secret;
    `,
  },
];
