import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { expectedDeadline } from '../../core/leases/expected-deadline.ts';
import type { Lease } from '../../core/leases/lease.ts';
import type { EndingLease, LeaseLifecycle } from '../../core/leases/lease-lifecycle.ts';
import type { LeaseTurn } from '../../core/turn.ts';
import { findConnectionById } from './connection-rows.ts';
import { revealServer } from './connection-secret.ts';
import type { DatabaseServer, UserEnd } from './database-plugin.ts';
import { readLeaseData, userOf } from './lease-data.ts';
import { findRole } from './role-rows.ts';

/** How database users end and renew. */
export const databaseLeases: LeaseLifecycle = {
  target: (lease) => readLeaseData(lease).connection,

  end(turn, lease, secret) {
    const server = serverOf(turn, lease);
    const how = endOf(turn, { lease, secret });
    return (signal) => server.endUser(userOf(lease), how, signal);
  },

  endMany(turn, leases) {
    const [first] = leases;
    const server = first && serverOf(turn, first.lease);
    const users = leases.map((ending) => ({ user: userOf(ending.lease), how: endOf(turn, ending) }));
    return async (signal) => (await server?.endUsers?.(users, signal)) ?? [];
  },

  reach(turn, lease) {
    const server = serverOf(turn, lease);
    return async (signal) => {
      await server.check(signal);
    };
  },

  renew(turn, lease, ttl) {
    const server = serverOf(turn, lease);
    const role = findRole(turn.db, lease.mount.uuid, readLeaseData(lease).role);
    return async (signal) => {
      await server.renewUser?.(userOf(lease), ttl, role?.renewStatements ?? [], signal);
    };
  },
};

function endOf(turn: LeaseTurn, { lease, secret }: EndingLease): UserEnd {
  return {
    statements: revocationStatements(turn, lease),
    password: secret && new TextDecoder().decode(secret),
    ...(lease.ending?.isExpiry
      ? { expiry: { expected: expectedDeadline(lease), isInDoubt: lease.ending.isInDoubt } }
      : {}),
  };
}

function serverOf(turn: LeaseTurn, lease: Lease): DatabaseServer {
  const { connection: id, connectionName } = readLeaseData(lease);
  const connection = findConnectionById(turn.db, id);
  if (!connection) {
    throw new KeywardenError(
      'target-unavailable',
      `the connection ${connectionName} is not configured any more`,
    );
  }
  return revealServer(turn, connection);
}

/** The role's current ones; those of the issue when the role is gone. */
function revocationStatements(turn: LeaseTurn, lease: Lease): readonly string[] {
  const data = readLeaseData(lease);
  const role = findRole(turn.db, lease.mount.uuid, data.role);
  return role?.revocationStatements ?? data.revocationStatements;
}
