import { z } from 'zod';
import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { handler, type Route } from '../../core/route.ts';
import { nameField } from './config-fields.ts';
import { requireConnection } from './config-route.ts';
import { revealServer } from './connection-secret.ts';

const named = z.object({ name: nameField });

/** `check/:name`, ours: says in words whether keycards can be made through a connection, and what is wrong if not. */
export const checkRoute: Route = {
  pattern: 'check/:name',
  help: 'Looks at a connection and tells what is missing there.',
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const server = revealServer(turn, requireConnection(turn, name));
        return {
          kind: 'effect',
          changes: [],
          // A server that is down is what was asked about, not a failure of asking.
          run: (signal) =>
            server.check(signal).then(
              (check) => ({
                healthy: check.problems.length === 0,
                reachable: true,
                findings: check.problems,
                server_version: check.serverVersion,
                database: check.database,
                user: check.user,
                superuser: check.superuser,
                group_roles: check.groupRoles,
              }),
              (error: unknown) => ({
                healthy: false,
                reachable: false,
                findings: [asKeywardenError(error).message],
                server_version: null,
                database: server.database,
                user: server.user,
                superuser: false,
                group_roles: [],
              }),
            ),
          settle: (_turn, result) => ({ kind: 'reply', reply: { data: result as Record<string, unknown> } }),
        };
      },
    }),
  },
};

/** `reset/:name`: forgets all sockets of a connection. */
export const resetRoute: Route = {
  pattern: 'reset/:name',
  help: 'Closes all sockets of a connection; the next request opens new ones.',
  operations: {
    update: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const server = revealServer(turn, requireConnection(turn, name));
        return { kind: 'reply', reply: {}, afterwards: () => server.close?.() };
      },
    }),
  },
};
