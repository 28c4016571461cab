import { z } from 'zod';
import { asKeywardenError, KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { handler, type Route } from '../../core/route.ts';
import { revealTarget } from './connection-route.ts';
import { type AskApi, type ManagementTarget, openApi, segment } from './management-api.ts';
import { found } from './rabbitmq-requests.ts';
import { findConnection } from './rabbitmq-rows.ts';

const overview = z.object({ rabbitmq_version: z.string(), cluster_name: z.string().optional() });

/** `check`, ours: says in words whether keycards can be made through the connection, and what is wrong if not. */
export const checkRoute: Route = {
  pattern: 'check',
  help: 'Looks at the connection and tells what is missing there.',
  operations: {
    read: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const connection = findConnection(turn.db, turn.mount.uuid);
        if (!connection) throw new KeywardenError('not-found');
        const target = revealTarget(turn, connection);
        return {
          kind: 'effect',
          changes: [],
          // A server that is down is what was asked about, not a failure of asking.
          run: (signal) =>
            look(target, openApi(target, signal)).catch((error: unknown) => ({
              healthy: false,
              reachable: false,
              findings: [asKeywardenError(error).message],
              server_version: null,
              cluster_name: null,
              user: target.username,
            })),
          settle: (_turn, result) => ({ kind: 'reply', reply: { data: result as Record<string, unknown> } }),
        };
      },
    }),
  },
};

async function look(target: ManagementTarget, ask: AskApi) {
  // Only an administrator is told of users.
  await found(ask, `users/${segment(target.username)}`);
  const told = overview.parse(await found(ask, 'overview'));
  const [major = 0, minor = 0] = told.rabbitmq_version.split('.').map(Number);
  const isOld = major < 3 || (major === 3 && minor < 10);
  const findings = isOld ? ['This RabbitMQ does not tell who is connected: it needs 3.10 or newer.'] : [];
  return {
    healthy: findings.length === 0,
    reachable: true,
    findings,
    server_version: `RabbitMQ ${told.rabbitmq_version}`,
    cluster_name: told.cluster_name ?? null,
    user: target.username,
  };
}
