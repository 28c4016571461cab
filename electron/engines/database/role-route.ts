import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe, ttlField } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { nameField } from './config-fields.ts';
import { findConnection } from './connection-rows.ts';
import { revealServer } from './connection-secret.ts';
import { credentialConfig, showCredentialConfig } from './credential-config.ts';
import { ROLE_REHEARSED, ROLE_REMOVED, ROLE_WRITTEN } from './database-changes.ts';
import type { Rehearsal } from './database-plugin.ts';
import { requirePlugin } from './database-plugins.ts';
import { newPassword } from './new-password.ts';
import { planRehearsal } from './plan-rehearsal.ts';
import { type DatabaseRole, findRole, roleNames } from './role-rows.ts';
import { statementList } from './statement-list.ts';

const named = z.object({ name: nameField });
const roleFields = z.object({
  name: nameField,
  db_name: maybe(looseText),
  group_role: maybe(looseText),
  default_ttl: maybe(ttlField),
  max_ttl: maybe(ttlField),
  creation_statements: maybe(statementList),
  revocation_statements: maybe(statementList),
  renew_statements: maybe(statementList),
  rollback_statements: maybe(statementList),
  /** Ours, as on a connection: false writes the role without rehearsing it. */
  verify_connection: maybe(looseBoolean),
  credential_type: maybe(z.literal('password', { error: 'credential_type must be password' })),
  credential_config: maybe(credentialConfig),
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

/** `roles/:name`: what users a keycard of that name is. */
export const roleRoute: Route = {
  pattern: 'roles/:name',
  help: 'Reads, writes or removes how users of a role are made and how long they live.',
  exists: (turn, captures) => findRole(turn.db, turn.mount.uuid, captures['name'] ?? '') !== undefined,
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const role = findRole(turn.db, turn.mount.uuid, name);
        if (!role) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: show(role) } };
      },
    }),
    update: handler({ input: roleFields, decide: write }),
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

function write(turn: RequestTurn, input: z.output<typeof roleFields>): Decision {
  const { uuid: mount } = turn.mount;
  const before = findRole(turn.db, turn.mount.uuid, input.name);
  const connection = input.db_name ?? before?.connection ?? '';
  if (connection === '') throw new KeywardenError('invalid-request', 'empty database name attribute');
  const defaultTtl = input.default_ttl ?? before?.defaultTtl ?? 0;
  const maxTtl = input.max_ttl ?? before?.maxTtl ?? 0;
  if (maxTtl > 0 && defaultTtl > maxTtl) {
    throw new KeywardenError('invalid-request', 'default_ttl may not be longer than max_ttl');
  }
  const role = {
    mount,
    name: input.name,
    connection,
    groupRole: input.group_role ?? before?.groupRole ?? '',
    defaultTtl,
    maxTtl,
    creationStatements: [...(input.creation_statements ?? before?.creationStatements ?? [])],
    revocationStatements: [...(input.revocation_statements ?? before?.revocationStatements ?? [])],
    renewStatements: [...(input.renew_statements ?? before?.renewStatements ?? [])],
    rollbackStatements: [...(input.rollback_statements ?? before?.rollbackStatements ?? [])],
    passwordPolicy: input.credential_config
      ? (input.credential_config.password_policy ?? '')
      : (before?.passwordPolicy ?? ''),
  };
  // Refused now rather than at the first keycard.
  newPassword(turn, role.passwordPolicy);
  const written = ROLE_WRITTEN.make(role);
  const rehearsal = input.verify_connection === false ? undefined : planFor(turn, role);
  if (!rehearsal) return { kind: 'reply', changes: [written], reply: {} };
  return {
    kind: 'effect',
    changes: [written],
    run: rehearsal,
    settle(_later, result) {
      const { promise, missing } = result as Rehearsal;
      const rehearsed = ROLE_REHEARSED.make({ mount, name: role.name, promise, missing: [...missing] });
      return {
        kind: 'reply',
        changes: [rehearsed],
        reply: missing.length === 0 ? {} : { warnings: missing },
      };
    },
  };
}

/** The role's whole life on its server, if it has one that can be rehearsed. A server that is down keeps nobody from writing a role. */
function planFor(
  turn: RequestTurn,
  role: Pick<
    DatabaseRole,
    'connection' | 'creationStatements' | 'groupRole' | 'revocationStatements' | 'passwordPolicy'
  >,
): ((signal: AbortSignal) => Promise<Rehearsal>) | undefined {
  const connection = findConnection(turn.db, turn.mount.uuid, role.connection);
  if (!connection || (role.creationStatements.length === 0 && role.groupRole === '')) return undefined;
  const server = revealServer(turn, connection);
  const plugin = requirePlugin(connection.plugin);
  const statements = plugin.creationStatements(role.creationStatements, role.groupRole);
  const { rehearse } = server;
  const plan = planRehearsal(turn, plugin, {
    statements,
    revocationStatements: role.revocationStatements,
    passwordPolicy: role.passwordPolicy || connection.passwordPolicy,
  });
  return rehearse && ((signal) => rehearse.call(server, plan, signal));
}

function show(role: DatabaseRole): Record<string, unknown> {
  return {
    creation_statements: role.creationStatements,
    ...showCredentialConfig(role.passwordPolicy),
    credential_type: 'password',
    db_name: role.connection,
    default_ttl: role.defaultTtl,
    ...(role.groupRole === '' ? {} : { group_role: role.groupRole }),
    max_ttl: role.maxTtl,
    renew_statements: role.renewStatements,
    revocation_statements: role.revocationStatements,
    rollback_statements: role.rollbackStatements,
    ...(role.promise === '' ? {} : { promise: role.promise, missing_rights: role.missing }),
  };
}
