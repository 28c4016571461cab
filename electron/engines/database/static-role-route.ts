import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe, ttlField } from '../../core/fields.ts';
import { formatInstant } from '../../core/format-instant.ts';
import { randomUuid } from '../../core/random-text.ts';
import {
  beginFirstRotation,
  beginRotation,
  registerRotation,
  removeRotation,
  restartRotation,
} from '../../core/rotation/plan-rotation.ts';
import { awaitingRotation } from '../../core/rotation/rotation-routes.ts';
import { findRotationOf, type RotationRow } from '../../core/rotation/rotation-rows.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { nameField } from './config-fields.ts';
import { allowsRole, type Connection, findConnection } from './connection-rows.ts';
import { credentialConfig, showCredentialConfig } from './credential-config.ts';
import { newPassword } from './new-password.ts';
import { findRivals, refuseSharing } from './refuse-sharing.ts';
import { findRole } from './role-rows.ts';
import { statementList } from './statement-list.ts';
import { policyOf } from './static-policy.ts';
import { STATIC_READERS_FORGOTTEN } from './static-readers.ts';
import {
  findStaticRole,
  STATIC_ROLE_REMOVED,
  STATIC_ROLE_WRITTEN,
  type StaticRole,
  selectStaticRoles,
  staticSubject,
} from './static-role-rows.ts';

const named = z.object({ name: nameField });
/** It stands in statements that a role brings along, without quotes of ours. */
const accountName = looseText.pipe(
  z.string().regex(/^[\w.@-]{1,63}$/, 'a username may hold letters, digits, dots, dashes, underscores and @'),
);
const roleFields = z.object({
  name: nameField,
  db_name: maybe(looseText),
  username: maybe(accountName),
  rotation_statements: maybe(statementList),
  rotation_period: maybe(ttlField),
  rotation_schedule: maybe(looseText),
  rotation_window: maybe(ttlField),
  credential_type: maybe(z.literal('password', { error: 'credential_type must be password' })),
  credential_config: maybe(credentialConfig),
  /** Ours: `two-users` takes turns between `username` and `second_username`, so that one is always good. */
  rotation_mode: maybe(
    z.enum(['one-user', 'two-users'], { error: 'rotation_mode must be one-user or two-users' }),
  ),
  second_username: maybe(accountName),
  /** Ours, with two users: how long the former one stays good at most, and how long without a session it takes. */
  overlap: maybe(ttlField),
  overlap_quiet: maybe(ttlField),
});
type RoleFields = z.output<typeof roleFields>;

/** `static-roles`: which there are. */
export const staticRoleListRoute: Route = {
  pattern: 'static-roles',
  help: 'Lists the users that stay and whose passwords are changed.',
  operations: {
    list: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const rows = selectStaticRoles(turn.db, 'mount = ? ORDER BY name', turn.mount.uuid);
        if (rows.length === 0) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: { keys: rows.map(({ name }) => name) } } };
      },
    }),
  },
};

/** `static-roles/:name`: an account that exists for good, whose password Keywarden alone sets. */
export const staticRoleRoute: Route = {
  pattern: 'static-roles/:name',
  help: 'Reads, writes or removes a user that stays and how often its password changes.',
  exists: (turn, captures) => findStaticRole(turn.db, turn.mount.uuid, captures['name'] ?? '') !== undefined,
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const role = requireStaticRole(turn, name);
        return { kind: 'reply', reply: { data: show(role, rotationOf(turn, name)) } };
      },
    }),
    update: handler({
      input: roleFields,
      look: (turn, input) => {
        const role = merge(turn, input, findStaticRole(turn.db, turn.mount.uuid, input.name));
        return findRivals(turn, role, requireAllowed(turn, role));
      },
      prepare: (_input, { seen, signal }) => refuseSharing(seen, signal ?? new AbortController().signal),
      decide: write,
    }),
    delete: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const role = findStaticRole(turn.db, turn.mount.uuid, name);
        return {
          kind: 'reply',
          changes: role
            ? [...removingRole(role), ...removeRotation(turn.db, role.mount, staticSubject(role.name))]
            : [],
          reply: {},
        };
      },
    }),
  },
};

/** `rotate-role/:name`: now. */
export const rotateRoleRoute: Route = {
  pattern: 'rotate-role/:name',
  help: 'Gives the account of a static role a new password now.',
  operations: {
    update: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const rotation = findStaticRole(turn.db, turn.mount.uuid, name) && rotationOf(turn, name);
        if (!rotation) throw new KeywardenError('unknown-role', `no role found for name "${name}"`);
        return awaitingRotation(turn, rotation.id, beginRotation(rotation, turn.requestId));
      },
    }),
  },
};

function write(turn: RequestTurn, input: RoleFields, asked: readonly string[]): Decision {
  const before = findStaticRole(turn.db, turn.mount.uuid, input.name);
  const role = merge(turn, input, before);
  const connection = requireAllowed(turn, role);
  findRivals(turn, role, connection, asked);
  const known = rotationOf(turn, input.name);
  newPassword(turn, role.passwordPolicy);
  const policy = policyOf(input) ?? known?.policy;
  if (!policy) {
    throw refused('one of rotation_schedule or rotation_period must be provided to create a static account');
  }
  const rotation = registerRotation(turn, {
    subject: staticSubject(role.name),
    kind: 'database-static-role',
    path: `static-creds/${role.name}`,
    data: { role: role.name, connection: connection.id, two: role.secondUsername !== '' },
    policy,
  });
  const { mount, name, id, username, secondUsername, overlap, quiet, passwordPolicy } = role;
  const statements = [...role.statements];
  const written = STATIC_ROLE_WRITTEN.make({
    mount,
    name,
    id,
    connection: connection.name,
    username,
    secondUsername,
    statements,
    overlap,
    quiet,
    passwordPolicy,
  });
  const again = known && before && isElsewhere(before, role) && isUnderWay(known);
  const changes = [written, ...rotation.changes, ...(again ? restartRotation(known, turn.requestId) : [])];
  if (known) return { kind: 'reply', changes, reply: {} };
  return awaitingRotation(turn, rotation.id, [
    ...changes,
    ...beginFirstRotation(rotation.id, turn.requestId),
  ]);
}

/** A password that one account has taken must not be finished as another's. */
function isElsewhere(before: StaticRole, role: StaticRole): boolean {
  return (
    before.username !== role.username ||
    before.secondUsername !== role.secondUsername ||
    before.connection !== role.connection
  );
}

function isUnderWay({ state }: RotationRow): boolean {
  return state !== 'idle' && state !== 'retiring';
}

function merge(turn: RequestTurn, input: RoleFields, before: StaticRole | undefined): StaticRole {
  if (findRole(turn.db, turn.mount.uuid, input.name)) {
    throw refused('Role and Static Role names must be unique');
  }
  const username = input.username ?? before?.username;
  if (username === undefined) throw refused('username is a required field to create a static account');
  const connection = input.db_name ?? before?.connection ?? '';
  if (connection === '') throw refused('database name is a required field to create a static account');
  const two = input.rotation_mode ?? (before?.secondUsername ? 'two-users' : 'one-user');
  const secondUsername = two === 'two-users' ? (input.second_username ?? before?.secondUsername ?? '') : '';
  if (two === 'two-users' && secondUsername === '')
    throw refused('rotation_mode=two-users needs second_username');
  if (secondUsername === username) throw refused('second_username must be another account than username');
  // Until a password was set, nothing depends on the name.
  const isSet = before !== undefined && before.current !== '';
  if (isSet && username !== before.username) throw refused('cannot update static account username');
  if (isSet && secondUsername !== before.secondUsername) {
    throw refused('cannot update second_username and rotation_mode of a static account');
  }
  return {
    ...(before ?? {
      mount: turn.mount.uuid,
      name: input.name,
      id: randomUuid(turn.random),
      current: '',
      version: 0,
      secret: null,
      rotatedAt: null,
    }),
    connection,
    username,
    secondUsername,
    statements: input.rotation_statements ?? before?.statements ?? [],
    overlap: input.overlap ?? before?.overlap ?? 0,
    quiet: input.overlap_quiet ?? before?.quiet ?? 0,
    passwordPolicy: input.credential_config
      ? (input.credential_config.password_policy ?? '')
      : (before?.passwordPolicy ?? ''),
  };
}

function requireAllowed(turn: RequestTurn, role: StaticRole): Connection {
  const connection = findConnection(turn.db, turn.mount.uuid, role.connection);
  if (!connection) throw refused(`there is no connection ${role.connection}`);
  if (!allowsRole(connection, role.name)) throw refused(`"${role.name}" is not an allowed role`);
  return connection;
}

/** The changes by which a static role goes, and what the vault knows of its password. */
export function removingRole(role: StaticRole): readonly Change[] {
  return [
    STATIC_ROLE_REMOVED.make({ mount: role.mount, name: role.name }),
    STATIC_READERS_FORGOTTEN.make({ role: role.id, accessors: null }),
    ...(role.secret === null ? [] : [{ type: FORGET_VALUE, data: { hash: role.secret } }]),
  ];
}

/** Finds a static role. Throws `not-found`. */
function requireStaticRole(turn: RequestTurn, name: string): StaticRole {
  const role = findStaticRole(turn.db, turn.mount.uuid, name);
  if (!role) throw new KeywardenError('not-found');
  return role;
}

function rotationOf(turn: RequestTurn, name: string): RotationRow | undefined {
  return findRotationOf(turn.db, turn.mount.uuid, staticSubject(name));
}

function show(role: StaticRole, rotation: RotationRow | undefined): Record<string, unknown> {
  return {
    credential_type: 'password',
    ...showCredentialConfig(role.passwordPolicy),
    db_name: role.connection,
    last_vault_rotation: role.rotatedAt === null ? null : formatInstant(role.rotatedAt),
    rotation_statements: role.statements,
    username: role.username,
    ...showPolicy(rotation),
    ...(role.secondUsername === ''
      ? {}
      : {
          rotation_mode: 'two-users',
          second_username: role.secondUsername,
          overlap: role.overlap,
          overlap_quiet: role.quiet,
        }),
  };
}

/** A policy in Vault's fields: either a period or a schedule. */
export function showPolicy(rotation: RotationRow | undefined): Record<string, unknown> {
  const policy = rotation?.policy;
  if (!policy || policy.schedule === '') return { rotation_period: policy?.period ?? 0 };
  return { rotation_schedule: policy.schedule, rotation_window: policy.window };
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
