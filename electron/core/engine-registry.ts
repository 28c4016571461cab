import type { Engine } from './engine.ts';
import type { Mount } from './mounts/mount.ts';
import { compileRoutes, type RouteTable } from './pipeline/match-route.ts';

/** An engine, ready to be asked. */
export interface RegisteredEngine {
  readonly engine: Engine;
  readonly routes: RouteTable;
}

/** Finds the engine of a mount. */
export interface EngineRegistry {
  find(mount: Pick<Mount, 'type' | 'options'>): RegisteredEngine | undefined;
}

/** Compiles the routes of all engines, once. */
export function createEngineRegistry(engines: readonly Engine[]): EngineRegistry {
  const byType = new Map<string, RegisteredEngine>();
  for (const engine of engines) {
    if (byType.has(engine.type)) throw new TypeError(`two engines of type ${engine.type}`);
    byType.set(engine.type, { engine, routes: compileRoutes(engine.routes) });
  }
  return {
    find({ type, options }) {
      // A `kv` without a version is of the first, as in Vault.
      return byType.get(`${type}-v${options['version'] ?? '1'}`) ?? byType.get(type);
    },
  };
}
