import type { Engine } from '../engine.ts';
import { approleChanges, approleUnmounted } from './approle-changes.ts';
import { approleMigrations } from './approle-rows.ts';
import { loginRoute } from './login-route.ts';
import { roleFieldRoutes } from './role-field-routes.ts';
import { roleRoutes } from './role-routes.ts';
import { secretIdRoutes } from './secret-id-routes.ts';

/** `auth/approle/`: app identities. A role-id is the public half, a secret-id the private one, shown once. */
export const approleEngine: Engine = {
  type: 'approle',
  isAuth: true,
  changes: approleChanges,
  migrations: approleMigrations,
  routes: [...roleRoutes, ...roleFieldRoutes, ...secretIdRoutes, loginRoute],
  unmounted: (_turn, mount) => [approleUnmounted.make({ mount: mount.uuid })],
};
