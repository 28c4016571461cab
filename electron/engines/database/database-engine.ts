/**
 * Database users that really die: created on request, refused by the database itself after their deadline, ended with
 * their sessions, and proven dead by trying the door.
 *
 * Always: a connection's password and URL exist only sealed; a user's password reaches the server as a SCRAM verifier
 * (unless the connection says otherwise); nothing that a caller chose reaches a statement but through `[A-Za-z0-9_.-]`.
 */
import type { Engine } from '../../core/engine.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { checkRoute, reloadRoute, resetRoute } from './check-route.ts';
import { configListRoute, configRoute } from './config-route.ts';
import { connectionNames, findConnection } from './connection-rows.ts';
import { credsRoute } from './creds-route.ts';
import {
  CONNECTION_CONFIGURED,
  CONNECTION_REMOVED,
  DATABASE_UNMOUNTED,
  ROLE_REHEARSED,
  ROLE_REMOVED,
  ROLE_WRITTEN,
} from './database-changes.ts';
import { DATABASE_MIGRATIONS } from './database-migrations.ts';
import { databaseRotations } from './database-rotations.ts';
import { databaseLeases } from './lease-lifecycle.ts';
import { reconcileRoute } from './reconcile-route.ts';
import { reconcileUsers } from './reconcile-users.ts';
import { roleListRoute, roleRoute } from './role-route.ts';
import { rotateRootRoute } from './rotate-root-route.ts';
import { staticCredsRoute } from './static-creds-route.ts';
import { STATIC_CREDS_READ, STATIC_READERS_FORGOTTEN, staticReaderMigration } from './static-readers.ts';
import { removingRole, rotateRoleRoute, staticRoleListRoute, staticRoleRoute } from './static-role-route.ts';
import {
  STATIC_ROLE_REMOVED,
  STATIC_ROLE_ROTATED,
  STATIC_ROLE_WRITTEN,
  selectStaticRoles,
  staticPolicyMigration,
  staticRoleMigration,
} from './static-role-rows.ts';

/** The engine behind mounts of type `database`. */
export const databaseEngine: Engine = {
  type: 'database',
  migrations: [...DATABASE_MIGRATIONS, staticRoleMigration, staticReaderMigration, staticPolicyMigration],
  changes: [
    CONNECTION_CONFIGURED,
    CONNECTION_REMOVED,
    ROLE_WRITTEN,
    ROLE_REHEARSED,
    ROLE_REMOVED,
    STATIC_ROLE_WRITTEN,
    STATIC_ROLE_ROTATED,
    STATIC_ROLE_REMOVED,
    STATIC_CREDS_READ,
    STATIC_READERS_FORGOTTEN,
    DATABASE_UNMOUNTED,
  ],
  routes: [
    configListRoute,
    configRoute,
    checkRoute,
    resetRoute,
    reloadRoute,
    roleListRoute,
    roleRoute,
    credsRoute,
    staticRoleListRoute,
    staticRoleRoute,
    staticCredsRoute,
    rotateRoleRoute,
    rotateRootRoute,
    reconcileRoute,
  ],
  leases: databaseLeases,
  reconcile: reconcileUsers,
  rotations: databaseRotations,
  unmounted: (turn, mount) => {
    const secrets = connectionNames(turn.db, mount.uuid).flatMap((name) => {
      const connection = findConnection(turn.db, mount.uuid, name);
      return connection ? [{ type: FORGET_VALUE, data: { hash: connection.secret } }] : [];
    });
    const accounts = selectStaticRoles(turn.db, 'mount = ?', mount.uuid).flatMap(removingRole);
    return [...accounts, DATABASE_UNMOUNTED.make({ mount: mount.uuid }), ...secrets];
  },
};
