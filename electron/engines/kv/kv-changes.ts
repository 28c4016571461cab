import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import { splitPath } from './kv-rows.ts';

const settings = z.object({
  maxVersions: z.number().int(),
  casRequired: z.boolean(),
  /** Seconds. */
  deleteVersionAfter: z.number().int(),
});
/** Milliseconds since 1970. */
const instant = z.number().int();

/** The mount's settings were written. */
export const KV_CONFIGURED = defineChange(
  'kv/configured@1',
  settings.extend({ mount: z.string() }),
  (db, data) =>
    db.run(
      'INSERT OR REPLACE INTO kv_config VALUES (?, ?, ?, ?)',
      data.mount,
      data.maxVersions,
      data.casRequired ? 1 : 0,
      data.deleteVersionAfter,
    ),
);

/** A secret came into being, still without a version. */
export const KV_SECRET_CREATED = defineChange(
  'kv/secret-created@1',
  z.object({ mount: z.string(), secret: z.string(), path: z.string().min(1), at: instant }),
  (db, data) => {
    const { folder, name } = splitPath(data.path);
    db.run(
      'INSERT INTO kv_secret VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0, NULL, ?, ?)',
      data.secret,
      data.mount,
      folder,
      name,
      data.at,
      data.at,
    );
  },
);

/** A secret's metadata were written. */
export const KV_METADATA_SET = defineChange(
  'kv/metadata-set@1',
  settings.extend({
    secret: z.string(),
    customMetadata: z.record(z.string(), z.string()).nullable(),
    at: instant,
  }),
  (db, data) =>
    db.run(
      `UPDATE kv_secret SET max_versions = ?, cas_required = ?, delete_version_after = ?, custom_metadata = ?,
       updated_at = ? WHERE id = ?`,
      data.maxVersions,
      data.casRequired ? 1 : 0,
      data.deleteVersionAfter,
      data.customMetadata === null ? null : JSON.stringify(data.customMetadata),
      data.at,
      data.secret,
    ),
);

/** A new version was written; versions below `oldestVersion` are pruned. */
export const KV_VERSION_WRITTEN = defineChange(
  'kv/version-written@1',
  z.object({
    secret: z.string(),
    version: z.number().int().positive(),
    value: z.string(),
    oldestVersion: z.number().int(),
    deletionAt: instant.nullable(),
    at: instant,
  }),
  (db, data) => {
    db.run(
      'INSERT INTO kv_version VALUES (?, ?, ?, ?, 0, ?)',
      data.secret,
      data.version,
      data.at,
      data.deletionAt,
      data.value,
    );
    db.run('DELETE FROM kv_version WHERE secret = ? AND version < ?', data.secret, data.oldestVersion);
    db.run(
      'UPDATE kv_secret SET current_version = ?, oldest_version = ?, updated_at = ? WHERE id = ?',
      data.version,
      data.oldestVersion,
      data.at,
      data.secret,
    );
  },
);

/** A secret without versions was written anew: the value lies where a first version would. */
export const KV_VALUE_WRITTEN = defineChange(
  'kv/value-written@1',
  z.object({ secret: z.string(), value: z.string(), at: instant }),
  (db, data) => {
    db.run('DELETE FROM kv_version WHERE secret = ?', data.secret);
    db.run('INSERT INTO kv_version VALUES (?, 1, ?, NULL, 0, ?)', data.secret, data.at, data.value);
    db.run('UPDATE kv_secret SET current_version = 1, updated_at = ? WHERE id = ?', data.at, data.secret);
  },
);

/** A version's deletion time was set (deleted now, or later) or taken away (null: undeleted). */
export const KV_VERSION_DELETION_SET = defineChange(
  'kv/version-deletion-set@1',
  z.object({ secret: z.string(), version: z.number().int(), deletionAt: instant.nullable() }),
  (db, data) =>
    db.run(
      'UPDATE kv_version SET deletion_at = ? WHERE secret = ? AND version = ?',
      data.deletionAt,
      data.secret,
      data.version,
    ),
);

/** A version's value is gone for good; the version stays as a trace. */
export const KV_VERSION_DESTROYED = defineChange(
  'kv/version-destroyed@1',
  z.object({ secret: z.string(), version: z.number().int() }),
  (db, data) =>
    db.run(
      'UPDATE kv_version SET destroyed = 1, value = NULL WHERE secret = ? AND version = ?',
      data.secret,
      data.version,
    ),
);

/** A secret with all its versions is gone. */
export const KV_SECRET_REMOVED = defineChange(
  'kv/secret-removed@1',
  z.object({ secret: z.string() }),
  (db, data) => {
    db.run('DELETE FROM kv_version WHERE secret = ?', data.secret);
    db.run('DELETE FROM kv_secret WHERE id = ?', data.secret);
  },
);

/** The mount is gone with everything in it. */
export const KV_UNMOUNTED = defineChange('kv/unmounted@1', z.object({ mount: z.string() }), (db, data) => {
  db.run('DELETE FROM kv_version WHERE secret IN (SELECT id FROM kv_secret WHERE mount = ?)', data.mount);
  db.run('DELETE FROM kv_secret WHERE mount = ?', data.mount);
  db.run('DELETE FROM kv_config WHERE mount = ?', data.mount);
});
