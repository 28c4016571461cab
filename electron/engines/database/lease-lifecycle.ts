import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Lease, LeaseLifecycle, LeaseTurn } from '../../core/engine.ts';
import { findConnectionById } from './connection-rows.ts';
import { revealPooledConnection } from './connection-secret.ts';
import { readLeaseData, userOf } from './lease-data.ts';
import { type PooledConnection, withLoneSession, withSession } from './postgres/connection-pools.ts';
import { endUser } from './postgres/end-user.ts';
import { proveDead } from './postgres/prove-dead.ts';
import { renewUser } from './postgres/renew-user.ts';
import { requireServer } from './postgres/server-identity.ts';
import { splitStatements } from './postgres/split-statements.ts';
import { tryLogin } from './postgres/try-login.ts';
import { findRole } from './role-rows.ts';

/** How database users end and renew. */
export const databaseLeases: LeaseLifecycle = {
  target: (lease) => readLeaseData(lease).connection,

  end(turn, lease, secret) {
    const connection = connectionOf(turn, lease);
    const user = userOf(lease);
    const statements = revocationStatements(turn, lease);
    const password = secret && new TextDecoder().decode(secret);
    return (signal) =>
      withSession(connection, signal, async (session) => {
        const { target } = connection;
        await requireServer(session, readLeaseData(lease).server);
        const { oid, notes } = await endUser(session, user, statements, (database, work) =>
          withLoneSession({ ...target, database }, signal, work),
        );
        const door =
          password === undefined
            ? undefined
            : () => tryLogin({ ...target, user: user.name, password }, signal);
        return { checks: [...(await proveDead(session, { name: user.name, oid }, door)), ...notes] };
      });
  },

  renew(turn, lease, ttl) {
    const connection = connectionOf(turn, lease);
    const user = userOf(lease);
    const role = findRole(turn.db, lease.mount.uuid, readLeaseData(lease).role);
    const statements = (role?.renewStatements ?? []).flatMap(splitStatements);
    return (signal) =>
      withSession(connection, signal, (session) => renewUser(session, user, ttl, statements));
  },
};

function connectionOf(turn: LeaseTurn, lease: Lease): PooledConnection {
  const { connection: id, connectionName } = readLeaseData(lease);
  const connection = findConnectionById(turn.db, id);
  if (!connection) {
    throw new KeywardenError(
      'target-unavailable',
      `the connection ${connectionName} is not configured any more`,
    );
  }
  return revealPooledConnection(turn, connection);
}

/** The role's current ones; those of the issue when the role is gone. */
function revocationStatements(turn: LeaseTurn, lease: Lease): string[] {
  const data = readLeaseData(lease);
  const role = findRole(turn.db, lease.mount.uuid, data.role);
  return (role?.revocationStatements ?? data.revocationStatements).flatMap(splitStatements);
}
