import type { StateSchema } from '../vault/change.ts';
import { approleEngine } from './approle/approle-engine.ts';
import { certChanges, certMigration } from './cert/cert-rows.ts';
import { cubbyholeEngine } from './cubbyhole/cubbyhole-engine.ts';
import { desktopLoginChanges, desktopLoginMigration } from './desktop-login/desktop-login-rows.ts';
import type { Engine } from './engine.ts';
import { identityChanges } from './identity/identity-changes.ts';
import { identityMigrations } from './identity/identity-rows.ts';
import { jwtChanges, jwtMigration } from './jwt/jwt-rows.ts';
import { systemChanges, systemMigrations } from './system/system-engine.ts';
import { tokenChanges } from './tokens/token-changes.ts';
import { tokenMigrations } from './tokens/token-rows.ts';
import { userChanges, userMigration } from './userpass/user-rows.ts';

/** Everything that a vault must know to replay its ledger: core's own changes and those of the engines. */
export function stateSchema(engines: readonly Engine[]): StateSchema {
  return {
    changes: [
      ...systemChanges,
      ...tokenChanges,
      ...desktopLoginChanges,
      ...cubbyholeEngine.changes,
      ...identityChanges,
      ...userChanges,
      ...jwtChanges,
      ...certChanges,
      ...approleEngine.changes,
      ...engines.flatMap(({ changes }) => changes),
    ],
    migrations: [
      ...systemMigrations,
      ...tokenMigrations,
      ...cubbyholeEngine.migrations,
      ...identityMigrations,
      userMigration,
      jwtMigration,
      certMigration,
      desktopLoginMigration,
      ...approleEngine.migrations,
      ...engines.flatMap(({ migrations }) => migrations),
    ],
  };
}
