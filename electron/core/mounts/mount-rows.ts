import type { Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import type { Mount } from './mount.ts';
import type { MountExtras } from './mount-changes.ts';

export const mountMigration: Migration = {
  id: 'mounts/001-mounts',
  sql: `
    CREATE TABLE mounts (
      path TEXT NOT NULL PRIMARY KEY,
      uuid TEXT NOT NULL UNIQUE,
      accessor TEXT NOT NULL,
      type TEXT NOT NULL,
      description TEXT NOT NULL,
      options TEXT NOT NULL,
      default_ttl INTEGER NOT NULL,
      max_ttl INTEGER NOT NULL,
      -- 1 while its leases are being ended for unmounting: it serves nobody.
      closing INTEGER NOT NULL DEFAULT 0
    ) STRICT;`,
};

/** What `tune` also takes came later. */
export const mountExtrasMigration: Migration = {
  id: 'mounts/002-extras',
  sql: "ALTER TABLE mounts ADD COLUMN extras TEXT NOT NULL DEFAULT '{}';",
};

/** Nothing said. */
export const NO_EXTRAS: MountExtras = {
  listingVisibility: '',
  auditNonHmacRequestKeys: [],
  auditNonHmacResponseKeys: [],
  passthroughRequestHeaders: [],
  allowedResponseHeaders: [],
};

/** A mount as the state keeps it. */
export interface MountRow extends Mount {
  readonly closing: boolean;
  readonly extras: MountExtras;
}

interface StoredMount {
  readonly path: string;
  readonly uuid: string;
  readonly accessor: string;
  readonly type: string;
  readonly description: string;
  readonly options: string;
  readonly default_ttl: number;
  readonly max_ttl: number;
  readonly closing: number;
  readonly extras: string;
}

/** All mounts, by path. */
export function allMounts(db: ReadDb): readonly MountRow[] {
  return db.all<StoredMount>('SELECT * FROM mounts ORDER BY path').map((stored) => ({
    path: stored.path,
    uuid: stored.uuid,
    accessor: stored.accessor,
    type: stored.type,
    description: stored.description,
    options: JSON.parse(stored.options) as Record<string, string>,
    defaultTtl: stored.default_ttl,
    maxTtl: stored.max_ttl,
    closing: stored.closing === 1,
    extras: { ...NO_EXTRAS, ...(JSON.parse(stored.extras) as Partial<MountExtras>) },
  }));
}
