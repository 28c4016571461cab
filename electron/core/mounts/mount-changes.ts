import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import { bumpRevision } from '../revisions.ts';

const uuid = z.string();
const seconds = z.number().int().min(0);

/** Something serves a path from now on. */
export const mounted = defineChange(
  'mounts/mounted@1',
  z.strictObject({
    path: z.string().regex(/\/$/),
    uuid,
    accessor: z.string(),
    type: z.string(),
    description: z.string(),
    options: z.record(z.string(), z.string()),
    defaultTtl: seconds,
    maxTtl: seconds,
  }),
  (db, mount) => {
    db.run(
      `INSERT INTO mounts (path, uuid, accessor, type, description, options, default_ttl, max_ttl)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      mount.path,
      mount.uuid,
      mount.accessor,
      mount.type,
      mount.description,
      JSON.stringify(mount.options),
      mount.defaultTtl,
      mount.maxTtl,
    );
    bumpRevision(db, 'mounts');
  },
);

/** Its settings changed. */
export const mountTuned = defineChange(
  'mounts/tuned@1',
  z.strictObject({
    uuid,
    description: z.string(),
    options: z.record(z.string(), z.string()),
    defaultTtl: seconds,
    maxTtl: seconds,
  }),
  (db, mount) => {
    db.run(
      'UPDATE mounts SET description = ?, options = ?, default_ttl = ?, max_ttl = ? WHERE uuid = ?',
      mount.description,
      JSON.stringify(mount.options),
      mount.defaultTtl,
      mount.maxTtl,
      mount.uuid,
    );
    bumpRevision(db, 'mounts');
  },
);

const texts = z.array(z.string());

/** What holds for a mount beside its lifetimes: kept to be shown, and to hide it or show it to anybody. */
export const mountExtras = z.strictObject({
  listingVisibility: z.enum(['', 'hidden', 'unauth']),
  auditNonHmacRequestKeys: texts,
  auditNonHmacResponseKeys: texts,
  passthroughRequestHeaders: texts,
  allowedResponseHeaders: texts,
});
export type MountExtras = z.infer<typeof mountExtras>;

/** Its further settings changed. */
export const mountExtrasSet = defineChange(
  'mounts/extras-set@1',
  z.strictObject({ uuid, extras: mountExtras }),
  (db, { uuid, extras }) => {
    db.run('UPDATE mounts SET extras = ? WHERE uuid = ?', JSON.stringify(extras), uuid);
    bumpRevision(db, 'mounts');
  },
);

/** It serves another path from now on, with all that it holds. */
export const mountMoved = defineChange(
  'mounts/moved@1',
  z.strictObject({ uuid, path: z.string().regex(/\/$/) }),
  (db, { uuid, path }) => {
    db.run('UPDATE mounts SET path = ? WHERE uuid = ?', path, uuid);
    bumpRevision(db, 'mounts');
  },
);

/** What its leases and tokens were asked for at follows it, so that a prefix finds them; their ids stay what their holders know. */
export const mountPathsMoved = defineChange(
  'mounts/paths-moved@1',
  z.strictObject({ uuid, from: z.string().regex(/\/$/), to: z.string().regex(/\/$/) }),
  (db, { uuid, from, to }) => {
    for (const table of ['leases', 'tokens']) {
      db.run(
        `UPDATE ${table} SET path = ? || substr(path, ?) WHERE mount = ? AND substr(path, 1, ?) = ?`,
        to,
        from.length + 1,
        uuid,
        from.length,
        from,
      );
    }
  },
);

/** It stops serving while its leases are ended, or serves again because they would not die. */
export const mountClosing = defineChange(
  'mounts/closing@1',
  z.strictObject({ uuid, closing: z.boolean() }),
  (db, { uuid, closing }) => {
    db.run('UPDATE mounts SET closing = ? WHERE uuid = ?', closing ? 1 : 0, uuid);
    bumpRevision(db, 'mounts');
  },
);

/** It is gone. */
export const unmounted = defineChange('mounts/unmounted@1', z.strictObject({ uuid }), (db, { uuid }) => {
  db.run('DELETE FROM mounts WHERE uuid = ?', uuid);
  bumpRevision(db, 'mounts');
});

export const mountChanges = [
  mounted,
  mountTuned,
  mountExtrasSet,
  mountMoved,
  mountPathsMoved,
  mountClosing,
  unmounted,
];
