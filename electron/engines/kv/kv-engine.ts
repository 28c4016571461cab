/**
 * Secrets with versions, as Vault's KV version 2 serves them.
 *
 * Always: a value exists only sealed, one blob per version, bound to mount, secret and version; destroying, pruning or
 * removing a version erases its blob in the same record; every name and number stands in tables of ours.
 */
import type { Engine } from '../../core/engine.ts';
import type { ValueHash } from '../../vault/vault.ts';
import { configRoute } from './config-route.ts';
import { dataRoute } from './data-route.ts';
import { detailedMetadataRootRoute, detailedMetadataRoute } from './detailed-metadata-route.ts';
import { forgetValue } from './forget-value.ts';
import {
  KV_CONFIGURED,
  KV_METADATA_SET,
  KV_SECRET_CREATED,
  KV_SECRET_REMOVED,
  KV_UNMOUNTED,
  KV_VALUE_WRITTEN,
  KV_VERSION_DELETION_SET,
  KV_VERSION_DESTROYED,
  KV_VERSION_WRITTEN,
} from './kv-changes.ts';
import { KV_MIGRATIONS } from './kv-migrations.ts';
import { requireVersion2 } from './kv2-handler.ts';
import { metadataRootRoute, metadataRoute } from './metadata-route.ts';
import { hookListRoute, hookRoute } from './rotation/hook-route.ts';
import { hookMigration, KV_HOOK_REMOVED, KV_HOOK_WRITTEN, KV_HOOKS_REMOVED } from './rotation/hook-rows.ts';
import { kvRotation } from './rotation/kv-rotation.ts';
import { rotateRoute, rotationListRoute, rotationRoute } from './rotation/rotation-route.ts';
import { searchRoute } from './search-route.ts';
import { subkeysRoute } from './subkeys-route.ts';
import { unversionedRoute } from './unversioned-route.ts';
import { deleteRoute, destroyRoute, undeleteRoute } from './version-routes.ts';

/** The engine behind mounts of type `kv` with option `version=2`. */
export const kvEngine: Engine = {
  type: 'kv',
  migrations: [...KV_MIGRATIONS, hookMigration],
  changes: [
    KV_CONFIGURED,
    KV_SECRET_CREATED,
    KV_METADATA_SET,
    KV_VERSION_WRITTEN,
    KV_VALUE_WRITTEN,
    KV_VERSION_DELETION_SET,
    KV_VERSION_DESTROYED,
    KV_SECRET_REMOVED,
    KV_UNMOUNTED,
    KV_HOOK_WRITTEN,
    KV_HOOK_REMOVED,
    KV_HOOKS_REMOVED,
  ],
  routes: [
    configRoute,
    dataRoute,
    deleteRoute,
    undeleteRoute,
    destroyRoute,
    metadataRootRoute,
    metadataRoute,
    detailedMetadataRootRoute,
    detailedMetadataRoute,
    subkeysRoute,
    searchRoute,
    rotationListRoute,
    rotationRoute,
    rotateRoute,
    hookListRoute,
    hookRoute,
    unversionedRoute,
  ],
  rotations: kvRotation,
  mounted: (_turn, mount) => {
    requireVersion2(mount);
    return [];
  },
  unmounted: (turn, mount) => {
    const values = turn.db.all<{ value: ValueHash }>(
      `SELECT value FROM kv_version WHERE value IS NOT NULL AND secret IN (SELECT id FROM kv_secret WHERE mount = ?)`,
      mount.uuid,
    );
    return [
      KV_UNMOUNTED.make({ mount: mount.uuid }),
      KV_HOOKS_REMOVED.make({ mount: mount.uuid }),
      ...values.flatMap((row) => forgetValue(row.value)),
    ];
  },
};
