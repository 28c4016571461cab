/**
 * Cryptography as a service: apps have data encrypted, signed and authenticated with keys that they never see.
 *
 * Always: each version of a key is sealed on its own and bound to its key; secrets leave the vault only where a key is
 * exportable, and that cannot be taken back; what an older version has encrypted stays readable until it is trimmed or
 * `min_decryption_version` says otherwise.
 */
import type { Engine } from '../../core/engine.ts';
import { backupRoutes } from './backup-routes.ts';
import { cryptRoutes } from './crypt-routes.ts';
import { datakeyRoute } from './datakey-route.ts';
import { digestRoutes } from './digest-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { keyRotations } from './key-rotation.ts';
import { keyRoutes } from './key-routes.ts';
import { findKey, keyNames, removingKey } from './key-rows.ts';
import { signRoutes } from './sign-routes.ts';
import { TRANSIT_CHANGES } from './transit-changes.ts';
import { TRANSIT_MIGRATIONS } from './transit-migrations.ts';

/** The engine behind mounts of type `transit`. */
export const transitEngine: Engine = {
  type: 'transit',
  migrations: TRANSIT_MIGRATIONS,
  changes: TRANSIT_CHANGES,
  routes: [
    ...keyRoutes,
    ...cryptRoutes,
    datakeyRoute,
    ...signRoutes,
    ...digestRoutes,
    ...exportRoutes,
    ...backupRoutes,
  ],
  rotations: keyRotations,
  unmounted: (turn, mount) => {
    const own = { ...turn, mount };
    return keyNames(own).flatMap((name) => {
      const key = findKey(own, name);
      return key ? removingKey(own, key) : [];
    });
  },
};
