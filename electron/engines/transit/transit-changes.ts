import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import type { StateDb } from '../../vault/state-db.ts';
import { KEY_TYPES } from './key-types.ts';

const count = z.number().int().min(0);
const version = z.object({
  version: count.min(1),
  createdAt: z.number().int(),
  value: z.string(),
  public: z.string(),
});
const settings = {
  exportable: z.boolean(),
  plaintextBackup: z.boolean(),
  deletionAllowed: z.boolean(),
  minDecryption: count,
  minEncryption: count,
  autoRotatePeriod: count,
};

/** A key was made, or came back from a backup, with all its versions. */
export const TRANSIT_KEY_CREATED = defineChange(
  'transit/key-created@1',
  z.object({
    id: z.string(),
    mount: z.string(),
    name: z.string(),
    type: z.enum(KEY_TYPES),
    derived: z.boolean(),
    convergent: z.boolean(),
    latest: count,
    minAvailable: count,
    ...settings,
    versions: z.array(version),
  }),
  (db, key) => {
    db.run(
      `INSERT INTO transit_key (id, mount, name, type, derived, convergent, exportable, plaintext_backup,
       deletion_allowed, latest, min_decryption, min_encryption, min_available, auto_rotate_period)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      key.id,
      key.mount,
      key.name,
      key.type,
      Number(key.derived),
      Number(key.convergent),
      Number(key.exportable),
      Number(key.plaintextBackup),
      Number(key.deletionAllowed),
      key.latest,
      key.minDecryption,
      key.minEncryption,
      key.minAvailable,
      key.autoRotatePeriod,
    );
    for (const added of key.versions) addVersion(db, key.id, added);
  },
);

/** A key has a new version, which is used from now on. */
export const TRANSIT_KEY_ROTATED = defineChange(
  'transit/key-rotated@1',
  version.extend({ id: z.string() }),
  (db, { id, ...added }) => {
    addVersion(db, id, added);
    db.run('UPDATE transit_key SET latest = ? WHERE id = ?', added.version, id);
  },
);

/** A key's settings were written. */
export const TRANSIT_KEY_CONFIGURED = defineChange(
  'transit/key-configured@1',
  z.object({ id: z.string(), ...settings }),
  (db, key) =>
    db.run(
      `UPDATE transit_key SET exportable = ?, plaintext_backup = ?, deletion_allowed = ?, min_decryption = ?,
       min_encryption = ?, auto_rotate_period = ? WHERE id = ?`,
      Number(key.exportable),
      Number(key.plaintextBackup),
      Number(key.deletionAllowed),
      key.minDecryption,
      key.minEncryption,
      key.autoRotatePeriod,
      key.id,
    ),
);

/** Versions below this are gone for good. */
export const TRANSIT_KEY_TRIMMED = defineChange(
  'transit/key-trimmed@1',
  z.object({ id: z.string(), minAvailable: count }),
  (db, { id, minAvailable }) => {
    db.run('DELETE FROM transit_version WHERE key = ? AND version < ?', id, minAvailable);
    db.run('UPDATE transit_key SET min_available = ? WHERE id = ?', minAvailable, id);
  },
);

/** A key is gone with all its versions. */
export const TRANSIT_KEY_REMOVED = defineChange(
  'transit/key-removed@1',
  z.object({ id: z.string() }),
  (db, { id }) => {
    db.run('DELETE FROM transit_version WHERE key = ?', id);
    db.run('DELETE FROM transit_key WHERE id = ?', id);
  },
);

export const TRANSIT_CHANGES = [
  TRANSIT_KEY_CREATED,
  TRANSIT_KEY_ROTATED,
  TRANSIT_KEY_CONFIGURED,
  TRANSIT_KEY_TRIMMED,
  TRANSIT_KEY_REMOVED,
];

function addVersion(db: StateDb, id: string, added: z.output<typeof version>): void {
  db.run(
    'INSERT INTO transit_version (key, version, created_at, value, public) VALUES (?, ?, ?, ?, ?)',
    id,
    added.version,
    added.createdAt,
    added.value,
    added.public,
  );
}
