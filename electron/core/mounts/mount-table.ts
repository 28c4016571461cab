import type { ReadDb } from '../../vault/state-db.ts';
import { allMounts, type MountRow } from './mount-rows.ts';

/** All mounts, ready to be asked for paths. */
export interface MountTable {
  readonly all: readonly MountRow[];
  /** The mount that serves a path: the longest prefix, unless it is closing. */
  find(path: string): MountRow | undefined;
  /** The mount at exactly that path, with its slash. */
  at(path: string): MountRow | undefined;
  byUuid(uuid: string): MountRow | undefined;
}

/** Reads the mounts of the state. */
export function readMountTable(db: ReadDb): MountTable {
  const all = allMounts(db);
  const byPath = new Map(all.map((mount) => [mount.path, mount]));
  const byUuid = new Map(all.map((mount) => [mount.uuid, mount]));
  return {
    all,
    at: (path) => byPath.get(path),
    byUuid: (uuid) => byUuid.get(uuid),
    find(path) {
      // A mount can be asked for without its slash, as in `LIST secret`.
      const full = path.endsWith('/') ? path : `${path}/`;
      for (let slash = full.lastIndexOf('/'); slash > 0; slash = full.lastIndexOf('/', slash - 1)) {
        const mount = byPath.get(full.slice(0, slash + 1));
        if (mount) return mount.closing ? undefined : mount;
      }
      return undefined;
    },
  };
}
