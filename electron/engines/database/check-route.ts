import { z } from 'zod';
import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { nameField } from './config-fields.ts';
import { requireConnection } from './config-route.ts';
import { type Connection, connectionNames } from './connection-rows.ts';
import { revealServer } from './connection-secret.ts';
import type { DatabaseServer } from './database-plugin.ts';
import { requirePlugin } from './database-plugins.ts';
import { planRehearsal } from './plan-rehearsal.ts';

const named = z.object({ name: nameField });

/**
 * `check/:name`, ours: says in words whether keycards can be made through a connection, and what is wrong if not.
 * Reading it looks; writing it also rehearses with a throw-away user. Neither changes the connection.
 */
export const checkRoute: Route = {
  pattern: 'check/:name',
  help: 'Looks at a connection and tells what is missing there; updating it also rehearses with a throw-away user.',
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const server = revealServer(turn, requireConnection(turn, name));
        return tell((signal) => look(server, signal));
      },
    }),
    update: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const connection = requireConnection(turn, name);
        const server = revealServer(turn, connection);
        const rehearse = rehearsalOf(turn, server, connection);
        return tell(async (signal) => {
          const seen = await look(server, signal);
          return seen.healthy && rehearse ? { ...seen, ...(await rehearse(signal)) } : seen;
        });
      },
    }),
  },
};

/** A server that is down is what was asked about, not a failure of asking. */
function tell(run: (signal: AbortSignal) => Promise<Record<string, unknown>>): Decision {
  return {
    kind: 'effect',
    changes: [],
    run,
    settle: (_turn, result) => ({ kind: 'reply', reply: { data: result as Record<string, unknown> } }),
  };
}

function look(server: DatabaseServer, signal: AbortSignal) {
  return server.check(signal).then(
    (check) => ({
      healthy: check.problems.length === 0,
      reachable: true,
      findings: check.problems,
      server_version: check.serverVersion,
      database: check.database,
      user: check.user,
      superuser: check.superuser,
      group_roles: check.groupRoles,
      rehearsed: false,
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
      rehearsed: false,
    }),
  );
}

/** The life of the plainest user there is; undefined where the kind of server has none that can be rehearsed. */
function rehearsalOf(
  turn: RequestTurn,
  server: DatabaseServer,
  { plugin: name, passwordPolicy }: Connection,
) {
  if (!server.rehearse) return undefined;
  const plugin = requirePlugin(name);
  const plan = planRehearsal(turn, plugin, { statements: plugin.plainStatements ?? [], passwordPolicy });
  return async (signal: AbortSignal) => {
    try {
      const { missing = [], promise } = (await server.rehearse?.(plan, signal)) ?? {};
      return { rehearsed: true, healthy: missing.length === 0, findings: missing, promise };
    } catch (error) {
      return { healthy: false, findings: [asKeywardenError(error).message] };
    }
  };
}

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

/** `reload/:plugin`: the same for all connections of a kind; it is Vault's way to take up a new version of a plugin. */
export const reloadRoute: Route = {
  pattern: 'reload/:plugin',
  help: 'Closes all sockets of the connections of a kind; the next requests open new ones.',
  operations: {
    update: handler({
      input: z.object({ plugin: looseText }),
      decide: (turn, { plugin }): Decision => {
        const connections = connectionNames(turn.db, turn.mount.uuid)
          .map((name) => requireConnection(turn, name))
          .filter((connection) => connection.plugin === plugin);
        const servers = connections.map((connection) => revealServer(turn, connection));
        const names = connections.map(({ name }) => name);
        return {
          kind: 'reply',
          reply: { data: { connections: names, count: names.length } },
          afterwards: () => {
            for (const server of servers) server.close?.();
          },
        };
      },
    }),
  },
};
