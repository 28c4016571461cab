import { expectedDeadline } from '../../core/leases/expected-deadline.ts';
import type { Lease } from '../../core/leases/lease.ts';
import type { Finding, ReconcileJob, Reconciler } from '../../core/reconcile/reconcile-lifecycle.ts';
import { allConnections, type Connection } from './connection-rows.ts';
import { revealServer } from './connection-secret.ts';
import type { MarkedUser } from './database-plugin.ts';
import { requirePlugin } from './database-plugins.ts';
import { type LeaseData, readLeaseData } from './lease-data.ts';

/** Finds the users that carry this vault's mark, on every server that can keep one. */
export const reconcileUsers: Reconciler = {
  jobs(turn): readonly ReconcileJob[] {
    const all = allConnections(turn.db);
    const live = turn.liveLeases();
    const leases = new Map(live.map((lease) => [lease.nonce, lease]));
    const names = new Set(live.map((lease) => readLeaseData(lease).username));
    return all
      .filter(({ mount }) => mount === turn.mount.uuid)
      .flatMap((connection) => {
        const server = revealServer(turn, connection);
        if (!server.listMarked) return [];
        const list = server.listMarked.bind(server);
        const others = all.map(({ id }) => id).filter((id) => id !== connection.id);
        return {
          target: connection.id,
          name: connection.name,
          async look(signal) {
            const { users, findings, unmarked = [] } = await list(others, signal);
            const credentials = users.map((user) => ({
              lease: user.lease,
              left: user.left,
              ...laterThan(leases.get(user.lease), user),
              promise: requirePlugin(connection.plugin).promise,
              data: leaseDataOf(connection, user),
            }));
            const strangers = unmarked.filter((name) => !names.has(name)).map(asStranger);
            return { credentials, findings: [...findings, ...strangers] };
          },
        } satisfies ReconcileJob;
      });
  },
};

function asStranger(name: string): Finding {
  const words =
    'it is named like a keycard, no living one of this vault is called so, and this server is too old to hold the marks by which keycards are known: look whose it is, and remove it by hand if nobody uses it.';
  return { name, words };
}

function laterThan(lease: Lease | undefined, user: MarkedUser): { later?: number } {
  const expected = lease && expectedDeadline(lease);
  return expected === undefined ? {} : { later: (user.until - expected) / 1000 };
}

/** The role that it was issued for is not in its mark: nobody who reads comments shall learn it. */
function leaseDataOf(connection: Connection, user: MarkedUser): Record<string, unknown> {
  const data: LeaseData = {
    connection: connection.id,
    connectionName: connection.name,
    role: '',
    username: user.name,
    revocationStatements: [],
  };
  return { ...data, ...user.remembered };
}
