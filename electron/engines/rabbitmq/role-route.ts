import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { revealTarget } from './connection-route.ts';
import { isNameable } from './management-api.ts';
import { jsonText, vhostPermissions, vhostTopics } from './permissions.ts';
import { ROLE_REHEARSED, ROLE_REMOVED, ROLE_WRITTEN } from './rabbitmq-changes.ts';
import { findConnection, findRole, roleNames } from './rabbitmq-rows.ts';
import { rehearseRole } from './rehearse-role.ts';

/** One path segment. */
export const roleName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w.-]+$/, 'a name may hold letters, digits, dots, dashes and underscores');

const named = z.object({ name: roleName });
const fields = z.object({
  name: roleName,
  tags: maybe(looseText),
  vhosts: maybe(jsonText(vhostPermissions)),
  vhost_topics: maybe(jsonText(vhostTopics)),
  /** Ours, as on a connection: false writes the role without rehearsing it. */
  verify_connection: maybe(looseBoolean),
});

/** `roles`: which roles there are. */
export const roleListRoute: Route = {
  pattern: 'roles',
  help: 'Lists the roles that users can be made of.',
  operations: {
    list: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const keys = roleNames(turn.db, turn.mount.uuid);
        if (keys.length === 0) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: { keys } } };
      },
    }),
  },
};

/** `roles/:name`: what users of that name may do. */
export const roleRoute: Route = {
  pattern: 'roles/:name',
  help: 'The tags and permissions of the users that creds/:name makes.',
  exists: (turn, captures) => findRole(turn.db, turn.mount.uuid, captures['name'] ?? '') !== undefined,
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const role = findRole(turn.db, turn.mount.uuid, name);
        if (!role) throw new KeywardenError('not-found');
        const { tags, vhosts, vhostTopics: topics, missing } = role;
        const shown = missing && { promise: 'needs-keywarden', missing_rights: missing };
        return { kind: 'reply', reply: { data: { tags, vhosts, vhost_topics: topics, ...shown } } };
      },
    }),
    update: handler({ input: fields, decide: write }),
    delete: handler({
      input: named,
      decide: (turn, { name }): Decision => ({
        kind: 'reply',
        changes: [ROLE_REMOVED.make({ mount: turn.mount.uuid, name })],
        reply: {},
      }),
    }),
  },
};

function write(turn: RequestTurn, input: z.output<typeof fields>): Decision {
  const { name, tags = '', vhosts = {}, vhost_topics: topics = {} } = input;
  if (tags === '' && Object.keys(vhosts).length === 0 && Object.keys(topics).length === 0) {
    throw new KeywardenError('invalid-request', 'both tags and vhosts not specified');
  }
  const unnameable = [...Object.keys(vhosts), ...Object.keys(topics)].find((vhost) => !isNameable(vhost));
  if (unnameable !== undefined) {
    throw new KeywardenError(
      'invalid-request',
      `RabbitMQ's management API cannot name a virtual host that is called "${unnameable}"`,
    );
  }
  const written = ROLE_WRITTEN.make({ mount: turn.mount.uuid, name, tags, vhosts, vhostTopics: topics });
  const connection = findConnection(turn.db, turn.mount.uuid);
  // A server that is down keeps nobody from writing a role.
  if (!connection || input.verify_connection === false) {
    return { kind: 'reply', changes: [written], reply: {} };
  }
  return {
    kind: 'effect',
    changes: [written],
    run: rehearseRole(turn, revealTarget(turn, connection), { tags, vhosts, vhostTopics: topics }),
    settle(later, result) {
      const missing = result as readonly string[];
      const rehearsed = ROLE_REHEARSED.make({ mount: later.mount.uuid, name, missing: [...missing] });
      return {
        kind: 'reply',
        changes: [rehearsed],
        reply: missing.length === 0 ? {} : { warnings: missing },
      };
    },
  };
}
