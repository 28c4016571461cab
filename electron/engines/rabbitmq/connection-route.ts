import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { LeaseTurn, RequestTurn } from '../../core/turn.ts';
import { checkUsernameTemplate } from '../../core/username-template/make-username.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { type ManagementTarget, openApi, parseUri, segment } from './management-api.ts';
import { CONNECTION_CONFIGURED } from './rabbitmq-changes.ts';
import { found } from './rabbitmq-requests.ts';
import { type Connection, findConnection } from './rabbitmq-rows.ts';
import { rehearseRole } from './rehearse-role.ts';

/** What the one target of a mount is called. */
export const CONNECTION = 'connection';

/** RabbitMQ takes longer names; nothing that is shown anywhere needs one. */
export const LONGEST_USERNAME = 63;

const fields = z.object({
  connection_uri: maybe(looseText),
  username: maybe(looseText),
  password: maybe(looseText),
  verify_connection: maybe(looseBoolean),
  username_template: maybe(looseText),
  tls_ca: maybe(looseText),
});

/** `config/connection`: the one server of the mount. Writing it asks the server first, unless told not to. */
export const connectionRoute: Route = {
  pattern: 'config/connection',
  help: 'Where the management API is, and as whom to make users there.',
  exists: (turn) => findConnection(turn.db, turn.mount.uuid) !== undefined,
  operations: {
    read: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const connection = findConnection(turn.db, turn.mount.uuid);
        if (!connection) throw new KeywardenError('not-found');
        const { uri, username, usernameTemplate } = connection;
        return {
          kind: 'reply',
          reply: { data: { connection_uri: uri, username, username_template: usernameTemplate } },
        };
      },
    }),
    update: handler({ input: fields, decide: configure }),
  },
};

function configure(turn: RequestTurn, input: z.output<typeof fields>): Decision {
  const before = findConnection(turn.db, turn.mount.uuid);
  const target: ManagementTarget = {
    uri: parseUri(input.connection_uri ?? before?.uri ?? ''),
    username: input.username ?? before?.username ?? '',
    password: input.password ?? (before ? revealTarget(turn, before).password : ''),
    tlsCa: input.tls_ca ?? before?.tlsCa ?? '',
  };
  if (target.username === '') throw new KeywardenError('invalid-request', 'missing username');
  if (target.password === '') throw new KeywardenError('invalid-request', 'missing password');
  const usernameTemplate = input.username_template ?? before?.usernameTemplate ?? '';
  if (usernameTemplate !== '') checkUsernameTemplate(usernameTemplate, LONGEST_USERNAME, turn.random);
  refuseMoving(turn, before, target);

  const settle = (later: RequestTurn, warnings: readonly string[]): Decision & { kind: 'reply' } => {
    const now = findConnection(later.db, later.mount.uuid);
    if (now?.version !== before?.version) {
      throw new KeywardenError(
        'invalid-request',
        'somebody else has just changed this connection; try again',
      );
    }
    // Again: while we asked the other server, somebody may have been given a user on this one.
    refuseMoving(later, before, target);
    const version = (before?.version ?? 0) + 1;
    const bytes = new TextEncoder().encode(target.password);
    const secret = later.sealValue(bytes, secretContext(later.mount.uuid, version));
    bytes.fill(0);
    const configured = CONNECTION_CONFIGURED.make({
      mount: later.mount.uuid,
      version,
      uri: target.uri,
      username: target.username,
      tlsCa: target.tlsCa,
      usernameTemplate,
      secret,
    });
    const forgotten = before ? [{ type: FORGET_VALUE, data: { hash: before.secret } }] : [];
    const reply = warnings.length === 0 ? {} : { warnings };
    return { kind: 'reply', changes: [configured, ...forgotten], reply };
  };

  if (input.verify_connection === false) return settle(turn, []);
  // The plainest user there is: what a role adds is rehearsed with the role.
  const rehearse = rehearseRole(turn, target, { tags: '', vhosts: {}, vhostTopics: {} });
  return {
    kind: 'effect',
    changes: [],
    async run(signal) {
      // Only an administrator is told of users.
      await found(openApi(target, signal), `users/${segment(target.username)}`);
      return rehearse(signal);
    },
    settle: (later, warnings) => settle(later, warnings as readonly string[]),
  };
}

/** On another server its users would not be found, and be taken for dead. */
function refuseMoving(turn: RequestTurn, before: Connection | undefined, target: ManagementTarget): void {
  const live = before && before.uri !== target.uri ? turn.liveLeases().length : 0;
  if (live === 0) return;
  throw new KeywardenError(
    'invalid-request',
    `${live} living ${live === 1 ? 'keycard needs' : 'keycards need'} this server to end; revoke them first`,
  );
}

/** The connection with its password. */
export function revealTarget(turn: LeaseTurn, connection: Connection): ManagementTarget {
  const bytes = turn.revealValue(connection.secret, secretContext(connection.mount, connection.version));
  const { uri, username, tlsCa } = connection;
  return { uri, username, tlsCa, password: new TextDecoder().decode(bytes) };
}

function secretContext(mount: string, version: number) {
  return { mount, owner: 'rabbitmq-connection', version };
}
