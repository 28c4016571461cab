import { formatInstant } from '../../core/format-instant.ts';
import { expectedDeadline } from '../../core/leases/expected-deadline.ts';
import type { ReconcileJob, Reconciler } from '../../core/reconcile/reconcile-lifecycle.ts';
import { CONNECTION, revealTarget } from './connection-route.ts';
import { openApi } from './management-api.ts';
import { allMarks, markPlace, rabbitmqNow, serverId } from './rabbitmq-marks.ts';
import { allMounts, findConnection } from './rabbitmq-rows.ts';

/** Finds the users that carry this vault's mark on the server. */
export const reconcileUsers: Reconciler = {
  jobs(turn): readonly ReconcileJob[] {
    const connection = findConnection(turn.db, turn.mount.uuid);
    if (!connection) return [];
    const target = revealTarget(turn, connection);
    const place = markPlace(turn.signer(), turn.mount.uuid);
    const others = allMounts(turn.db).filter((mount) => mount !== turn.mount.uuid);
    const leases = new Map(turn.liveLeases().map((lease) => [lease.nonce, lease]));
    return [
      {
        target: CONNECTION,
        name: CONNECTION,
        async look(signal) {
          const ask = openApi(target, signal);
          const server = await serverId(ask);
          const now = await rabbitmqNow(ask);
          const { marks, findings } = await allMarks(ask, place, server, others);
          const credentials = marks.map(({ name, lease, until }) => {
            const known = leases.get(lease);
            const expected = known && expectedDeadline(known);
            return {
              lease,
              left: (until - now) / 1000,
              ...(expected === undefined ? {} : { later: (until - expected) / 1000 }),
              promise: 'needs-keywarden' as const,
              // The role is not in the mark: nobody who reads marks shall learn it.
              data: { role: '', username: name, serverId: server, until: formatInstant(until) },
            };
          });
          return { credentials, findings };
        },
      },
    ];
  },
};
