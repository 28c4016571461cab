import type { Engine } from '../engine.ts';
import type { CorePorts } from '../ports.ts';
import { createJwksFetcher } from './fetch-jwks.ts';
import { jwtConfigRoute } from './jwt-config-route.ts';
import { jwtLoginRoute } from './jwt-login.ts';
import { jwtRoleRoutes } from './jwt-role-routes.ts';
import { jwtChanges, jwtMigration, jwtUnmounted } from './jwt-rows.ts';

/** `auth/jwt/`: jobs and clusters prove who they are with a token of their platform's, so that they need no stored secret. */
export function jwtEngine({ clock }: Pick<CorePorts, 'clock'>): Engine {
  const fetchJwks = createJwksFetcher(clock);
  return {
    type: 'jwt',
    isAuth: true,
    changes: jwtChanges,
    migrations: [jwtMigration],
    routes: [jwtConfigRoute, ...jwtRoleRoutes, jwtLoginRoute(fetchJwks)],
    unmounted: (_turn, mount) => [jwtUnmounted.make({ mount: mount.uuid })],
  };
}
