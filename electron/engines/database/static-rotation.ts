import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type {
  Finished,
  Rotation,
  RotationLifecycle,
  RotationTurn,
} from '../../core/rotation/rotation-lifecycle.ts';
import { findRotation } from '../../core/rotation/rotation-rows.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { findConnection } from './connection-rows.ts';
import { revealServer } from './connection-secret.ts';
import type { DatabaseServer } from './database-plugin.ts';
import { newPassword } from './new-password.ts';
import { readersOf, STATIC_READERS_FORGOTTEN } from './static-readers.ts';
import {
  findStaticRole,
  STATIC_ROLE_ROTATED,
  type StaticRole,
  staticSecretContext,
} from './static-role-rows.ts';
import { tested } from './tested-login.ts';

/** Seconds. */
const OVERLAP = { usual: 86_400, quiet: 3600 };

/** How the passwords of accounts that stay are rotated: of one account, or of two that take turns. */
export const staticRotation: RotationLifecycle = {
  target: ({ data }) => String(data['connection']),

  readersSee: ({ data }) => (data['two'] === true ? 'finish' : 'set'),

  create(turn, rotation) {
    const password = nextPassword(turn, rotation);
    return async () => new TextEncoder().encode(password);
  },

  set: (turn, rotation, next) => settingPassword(turn, rotation, accountNext, textOf(next)),

  test(turn, rotation, next) {
    const { role, server } = read(turn, rotation);
    return tested(server, { name: accountNext(role), password: textOf(next) });
  },

  revert(turn, rotation) {
    const { role } = read(turn, rotation);
    // The other account is the current one and untouched; this one shall open nothing.
    if (role.secondUsername !== '') return scrambling(turn, rotation, accountNext);
    if (role.secret === null) return undefined;
    const old = textOf(turn.revealValue(role.secret, staticSecretContext(role)));
    return settingPassword(turn, rotation, accountNext, old);
  },

  finish(turn, rotation, next): Finished {
    const role = requireRole(turn, rotation);
    const version = role.version + 1;
    const rotated = STATIC_ROLE_ROTATED.make({
      mount: role.mount,
      name: role.name,
      current: accountNext(role),
      version,
      secret: turn.sealValue(next, staticSecretContext({ ...role, version })),
      at: turn.now,
    });
    const forgotten = role.secret === null ? [] : [{ type: FORGET_VALUE, data: { hash: role.secret } }];
    const dead = readersOf(turn.db, role.id).filter(({ accessor }) => !turn.isTokenAlive(accessor));
    const accessors = dead.map(({ accessor }) => accessor);
    const gone = dead.length === 0 ? [] : [STATIC_READERS_FORGOTTEN.make({ role: role.id, accessors })];
    const changes = [rotated, ...forgotten, ...gone];
    if (role.secondUsername === '' || role.current === '') return { changes };
    return { changes, retire: overlapOf(turn, rotation, role) };
  },

  inUse(turn, rotation) {
    const { role, server } = read(turn, rotation);
    const name = accountFormer(role);
    const holder = readersOf(turn.db, role.id).find(
      ({ accessor, username }) => username === name && turn.isTokenAlive(accessor),
    );
    return async (signal) => {
      if (holder) return `${holder.reader} was given the password of ${name} and has not fetched the new one`;
      if (!server.sessions) return 'this kind of server does not tell who is logged in: the deadline ends it';
      const open = await server.sessions(name, signal);
      return open === 0
        ? undefined
        : `the former account ${name} has ${open} ${open === 1 ? 'session' : 'sessions'}`;
    };
  },

  retire(turn, rotation) {
    const { role, server } = read(turn, rotation);
    const name = accountFormer(role);
    const scramble = scrambling(turn, rotation, accountFormer);
    return async (signal) => {
      await scramble(signal);
      if (rotation.isLate) await server.endSessions?.(name, signal);
      const ended = rotation.isLate && server.endSessions ? [`the sessions of ${name} were ended`] : [];
      return [`nobody knows the password of ${name} any more`, ...ended];
    };
  },
};

/** Whose password the next rotation sets. */
function accountNext({ username, secondUsername, current }: StaticRole): string {
  return secondUsername !== '' && current === username ? secondUsername : username;
}

/** Whose password is the former one, after two accounts have taken turns. */
const accountFormer = accountNext;

function settingPassword(
  turn: RotationTurn,
  rotation: Rotation,
  whose: (role: StaticRole) => string,
  password: string,
) {
  const { role, server } = read(turn, rotation);
  const account = { name: whose(role), password, salt: turn.random(16), statements: role.statements };
  return (signal: AbortSignal) => server.setPassword(account, signal);
}

function scrambling(turn: RotationTurn, rotation: Rotation, whose: (role: StaticRole) => string) {
  return settingPassword(turn, rotation, whose, nextPassword(turn, rotation));
}

/** Ends ahead of the next run, which needs the account. */
function overlapOf(turn: RotationTurn, rotation: Rotation, role: StaticRole) {
  const policy = findRotation(turn.db, rotation.id)?.policy;
  const half = policy && policy.period > 0 ? Math.ceil(policy.period / 2) : OVERLAP.usual;
  const overlap = Math.min(role.overlap || OVERLAP.usual, half);
  const quiet = Math.min(role.quiet || OVERLAP.quiet, Math.ceil(overlap / 2));
  return { by: turn.now + overlap * 1000, quietFor: quiet * 1000 };
}

/** By the role's own policy, or the connection's. */
function nextPassword(turn: RotationTurn, rotation: Rotation): string {
  const role = requireRole(turn, rotation);
  const connection = findConnection(turn.db, role.mount, role.connection);
  return newPassword(turn, role.passwordPolicy || (connection?.passwordPolicy ?? ''));
}

function read(turn: RotationTurn, rotation: Rotation): { role: StaticRole; server: DatabaseServer } {
  const role = requireRole(turn, rotation);
  const connection = findConnection(turn.db, rotation.mount.uuid, role.connection);
  if (!connection) {
    throw new KeywardenError(
      'target-unavailable',
      `the connection ${role.connection} is not configured any more`,
    );
  }
  return { role, server: revealServer(turn, connection) };
}

function requireRole(turn: RotationTurn, { mount, data }: Rotation): StaticRole {
  const role = findStaticRole(turn.db, mount.uuid, String(data['role']));
  if (!role) throw new KeywardenError('target-unavailable', 'the static role is gone');
  return role;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
