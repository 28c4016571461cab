import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { randomUuid } from '../../core/random-text.ts';
import { removeRotation } from '../../core/rotation/plan-rotation.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { checkUsernameTemplate } from '../../core/username-template/make-username.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { type ConfigFields, configFields, nameField } from './config-fields.ts';
import { type Connection, connectionNames, findConnection } from './connection-rows.ts';
import { revealSecret, revealServer, sealSecret } from './connection-secret.ts';
import { CONNECTION_CONFIGURED, CONNECTION_REMOVED } from './database-changes.ts';
import type { ConnectionSecret, DatabasePlugin, DatabaseServer } from './database-plugin.ts';
import { requirePlugin } from './database-plugins.ts';
import { newPassword } from './new-password.ts';
import { planRehearsal } from './plan-rehearsal.ts';
import { socketLimit } from './socket-limit.ts';

/** What of Vault's settings is kept to be read again, and nothing else. */
const ECHOED = ['max_idle_connections', 'max_connection_lifetime', 'disable_escaping'] as const;
const PLAINTEXT_WARNING =
  'with password_authentication=password the database may write the passwords of new users into its log';
const named = z.object({ name: nameField });

/** `config`: which connections there are. */
export const configListRoute: Route = {
  pattern: 'config',
  help: 'Lists the connections to databases.',
  operations: {
    list: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const keys = connectionNames(turn.db, turn.mount.uuid);
        if (keys.length === 0) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: { keys } } };
      },
    }),
  },
};

/** `config/:name`: one connection. Writing it logs in first, unless told not to. */
export const configRoute: Route = {
  pattern: 'config/:name',
  help: 'Reads, writes or removes a connection; writing it logs in first.',
  exists: (turn, captures) => findConnection(turn.db, turn.mount.uuid, captures['name'] ?? '') !== undefined,
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => ({
        kind: 'reply',
        reply: { data: show(requireConnection(turn, name)) },
      }),
    }),
    update: handler({ input: configFields, decide: configure }),
    delete: handler({ input: named, decide: remove }),
  },
};

function configure(turn: RequestTurn, input: ConfigFields): Decision {
  const before = findConnection(turn.db, turn.mount.uuid, input.name);
  const pluginName = input.plugin_name ?? before?.plugin ?? '';
  const plugin = requirePlugin(pluginName);
  const secret = mergeSecret(input, plugin, before && revealSecret(turn, before));
  const usernameTemplate = input.username_template ?? before?.usernameTemplate ?? '';
  if (usernameTemplate !== '') checkUsernameTemplate(usernameTemplate, plugin.username.longest, turn.random);
  const passwordPolicy = input.password_policy ?? before?.passwordPolicy ?? '';
  // Refused now rather than at the first keycard.
  newPassword(turn, passwordPolicy);
  const passwordAuthentication =
    input.password_authentication ?? before?.passwordAuthentication ?? 'scram-sha-256';
  const maxOpenConnections = input.max_open_connections ?? before?.maxOpenConnections ?? socketLimit(0);
  const bound = { id: before?.id ?? randomUuid(turn.random), version: (before?.version ?? 0) + 1 };
  const server = plugin.connect(secret, {
    ...bound,
    limit: socketLimit(maxOpenConnections),
    plaintext: passwordAuthentication === 'password',
    signer: turn.signer(),
  });
  if (before) refuseMovingLiveLeases(turn, before, plugin, server);

  const settle = (later: RequestTurn, problems: readonly string[]): Decision & { kind: 'reply' } => {
    const now = findConnection(later.db, later.mount.uuid, input.name);
    if (now?.version !== before?.version) {
      throw new KeywardenError(
        'invalid-request',
        'somebody else has just changed this connection; try again',
      );
    }
    // Again: while we looked at the other server, somebody may have been given a user on this one.
    if (before) refuseMovingLiveLeases(later, before, plugin, server);
    const configured = CONNECTION_CONFIGURED.make({
      ...bound,
      mount: later.mount.uuid,
      name: input.name,
      plugin: pluginName,
      shownUrl: plugin.redactUrl(secret.connectionUrl),
      username: server.user,
      allowedRoles: [...(input.allowed_roles ?? before?.allowedRoles ?? [])],
      passwordAuthentication,
      maxOpenConnections,
      rotationStatements: [...(input.root_rotation_statements ?? before?.rotationStatements ?? [])],
      secret: sealSecret(later, bound, secret),
      usernameTemplate,
      passwordPolicy,
      echoed: echoedOf(input, before),
    });
    const forgotten = before ? [{ type: FORGET_VALUE, data: { hash: before.secret } }] : [];
    const warnings = [...(passwordAuthentication === 'password' ? [PLAINTEXT_WARNING] : []), ...problems];
    const reply = warnings.length === 0 ? {} : { warnings };
    return { kind: 'reply', changes: [configured, ...forgotten], reply };
  };

  if (input.verify_connection === false) return settle(turn, []);
  // The plainest user there is: what a role adds is rehearsed with the role.
  const rehearsal =
    server.rehearse &&
    planRehearsal(turn, plugin, { statements: plugin.plainStatements ?? [], passwordPolicy });
  return {
    kind: 'effect',
    changes: [],
    async run(signal) {
      const { problems } = await server.check(signal);
      if (problems.length > 0 || !rehearsal) return problems;
      return (await server.rehearse?.(rehearsal, signal))?.missing ?? [];
    },
    settle: (later, problems) => settle(later, problems as readonly string[]),
  };
}

/** Refused while users live that only this connection can end. */
function remove(turn: RequestTurn, { name }: { name: string }): Decision {
  const connection = findConnection(turn.db, turn.mount.uuid, name);
  if (!connection) return { kind: 'reply', reply: {} };
  refuseLiveLeases(turn, connection);
  const changes = [
    CONNECTION_REMOVED.make({ mount: turn.mount.uuid, name }),
    { type: FORGET_VALUE, data: { hash: connection.secret } },
    ...removeRotation(turn.db, turn.mount.uuid, `root/${connection.id}`),
  ];
  const server = revealServer(turn, connection);
  return { kind: 'reply', changes, reply: {}, afterwards: () => server.close?.() };
}

/** On another server their users would not be found, and be taken for dead. */
function refuseMovingLiveLeases(
  turn: RequestTurn,
  before: Connection,
  plugin: DatabasePlugin,
  server: DatabaseServer,
): void {
  const moved =
    requirePlugin(before.plugin) !== plugin || revealServer(turn, before).address !== server.address;
  if (moved) refuseLiveLeases(turn, before);
}

function refuseLiveLeases(turn: RequestTurn, connection: Connection): void {
  const live = turn.liveLeases().filter((lease) => lease.data['connection'] === connection.id);
  if (live.length === 0) return;
  const shown = live.slice(0, 5).map((lease) => lease.id);
  const more = live.length > shown.length ? `, and ${live.length - shown.length} more` : '';
  const needs = live.length === 1 ? 'keycard needs' : 'keycards need';
  throw new KeywardenError(
    'invalid-request',
    `${live.length} living ${needs} this connection to end: ${shown.join(', ')}${more}; revoke them first`,
  );
}

/** Finds a connection by name. Throws `not-found`. */
export function requireConnection(turn: RequestTurn, name: string): Connection {
  const connection = findConnection(turn.db, turn.mount.uuid, name);
  if (!connection) throw new KeywardenError('not-found');
  return connection;
}

function mergeSecret(
  input: ConfigFields,
  plugin: DatabasePlugin,
  before: ConnectionSecret | undefined,
): ConnectionSecret {
  const urlBefore = before?.connectionUrl ?? '';
  return {
    connectionUrl: input.connection_url ?? plugin.urlFromFields?.(input, urlBefore) ?? urlBefore,
    username: input.username ?? before?.username ?? '',
    password: input.password ?? before?.password ?? '',
    tlsCa: input.tls_ca ?? input.ca_cert ?? before?.tlsCa ?? '',
    tlsCertificate: input.tls_certificate ?? input.tls_certificate_key ?? before?.tlsCertificate ?? '',
    privateKey: input.private_key ?? input.tls_certificate_key ?? before?.privateKey ?? '',
  };
}

function echoedOf(input: ConfigFields, before: Connection | undefined): Connection['echoed'] {
  const given = ECHOED.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]] as const]));
  return { ...before?.echoed, ...Object.fromEntries(given) };
}

function show(connection: Connection): Record<string, unknown> {
  const plaintext = connection.passwordAuthentication === 'password';
  return {
    allowed_roles: connection.allowedRoles,
    connection_details: {
      ...requirePlugin(connection.plugin).showDetails(connection.shownUrl, { plaintext }),
      ...connection.echoed,
      max_open_connections: connection.maxOpenConnections,
      username: connection.username,
      ...(connection.usernameTemplate === '' ? {} : { username_template: connection.usernameTemplate }),
    },
    password_policy: connection.passwordPolicy,
    plugin_name: connection.plugin,
    plugin_version: '',
    root_credentials_rotate_statements: connection.rotationStatements,
  };
}
