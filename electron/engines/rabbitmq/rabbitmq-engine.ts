/**
 * RabbitMQ users, in the dialect of Vault's engine of that name, over the management API.
 *
 * Always: a user's password reaches the server as a salted hash; a user cannot log in before all its permissions are set;
 * its end is proven by the server: no such user, no connection, its login refused. RabbitMQ knows no deadline for a user, so
 * a user here needs Keywarden to die.
 */
import type { Engine } from '../../core/engine.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { checkRoute } from './check-route.ts';
import { connectionRoute } from './connection-route.ts';
import { credsRoute } from './creds-route.ts';
import { leaseConfigRoute } from './lease-config-route.ts';
import { rabbitmqLeases } from './lease-lifecycle.ts';
import {
  CONNECTION_CONFIGURED,
  LEASES_CONFIGURED,
  RABBITMQ_UNMOUNTED,
  ROLE_REHEARSED,
  ROLE_REMOVED,
  ROLE_WRITTEN,
} from './rabbitmq-changes.ts';
import { RABBITMQ_MIGRATIONS } from './rabbitmq-migrations.ts';
import { findConnection } from './rabbitmq-rows.ts';
import { reconcileRoute } from './reconcile-route.ts';
import { reconcileUsers } from './reconcile-users.ts';
import { roleListRoute, roleRoute } from './role-route.ts';

/** The engine behind mounts of type `rabbitmq`. */
export const rabbitmqEngine: Engine = {
  type: 'rabbitmq',
  migrations: RABBITMQ_MIGRATIONS,
  changes: [
    CONNECTION_CONFIGURED,
    LEASES_CONFIGURED,
    ROLE_WRITTEN,
    ROLE_REHEARSED,
    ROLE_REMOVED,
    RABBITMQ_UNMOUNTED,
  ],
  routes: [
    connectionRoute,
    leaseConfigRoute,
    checkRoute,
    roleListRoute,
    roleRoute,
    credsRoute,
    reconcileRoute,
  ],
  leases: rabbitmqLeases,
  reconcile: reconcileUsers,
  unmounted: (turn, mount) => {
    const connection = findConnection(turn.db, mount.uuid);
    return [
      RABBITMQ_UNMOUNTED.make({ mount: mount.uuid }),
      ...(connection ? [{ type: FORGET_VALUE, data: { hash: connection.secret } }] : []),
    ];
  },
};
