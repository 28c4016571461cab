import type { CoreServices } from '../core-services.ts';
import type { Engine } from '../engine.ts';
import { aliasRoutes } from './alias-routes.ts';
import { entityRoutes } from './entity-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { identityChanges } from './identity-changes.ts';
import { identityMigrations } from './identity-rows.ts';

/** `identity/`: who acts, under which names they log in, and what groups they are in. */
export function identityEngine(services: Pick<CoreServices, 'cache'>): Engine {
  return {
    type: 'identity',
    changes: identityChanges,
    migrations: identityMigrations,
    routes: [...entityRoutes(services), ...aliasRoutes(services), ...groupRoutes],
  };
}
