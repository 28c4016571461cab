import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Rotation, RotationLifecycle, RotationTurn } from '../../core/rotation/rotation-lifecycle.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { type Connection, findConnectionById } from './connection-rows.ts';
import { connectWith, revealSecret, sealSecret } from './connection-secret.ts';
import { CONNECTION_CONFIGURED } from './database-changes.ts';
import type { DatabaseServer } from './database-plugin.ts';
import { newPassword } from './new-password.ts';
import { tested } from './tested-login.ts';

/**
 * How the broker's own password on a server is rotated. Whatever was interrupted, one of two passwords logs in, and both
 * are sealed in the vault until the new one has: so it tries both.
 */
export const rootRotation: RotationLifecycle = {
  target: ({ data }) => String(data['connection']),

  // Everything that uses the connection has to log in.
  readersSee: () => 'set',

  create(turn, rotation) {
    const password = newPassword(turn, requireConnection(turn, rotation).passwordPolicy);
    return async () => new TextEncoder().encode(password);
  },

  set(turn, rotation, next) {
    const { connection, old, fresh, password } = both(turn, rotation, next);
    const salt = turn.random(16);
    return async (signal) => {
      // An earlier attempt may have come through.
      const door = await fresh.tryLogin({ name: fresh.user, password }, signal);
      if (door.kind === 'unknown') throw new KeywardenError('target-unavailable', door.reason);
      if (door.kind === 'accepted') return;
      await old.setPassword(
        { name: old.user, password, salt, statements: connection.rotationStatements },
        signal,
      );
    };
  },

  test(turn, rotation, next) {
    const { fresh, password } = both(turn, rotation, next);
    return tested(fresh, { name: fresh.user, password });
  },

  revert(turn, rotation, next) {
    const { connection, old, fresh, oldPassword } = both(turn, rotation, next);
    const account = {
      name: old.user,
      password: oldPassword,
      salt: turn.random(16),
      statements: connection.rotationStatements,
    };
    return async (signal) => {
      const door = await old.tryLogin(account, signal);
      if (door.kind === 'unknown') throw new KeywardenError('target-unavailable', door.reason);
      if (door.kind === 'accepted') return;
      // Sessions of ours may still be open; else the new password is the last way in.
      await old.setPassword(account, signal).catch(() => fresh.setPassword(account, signal));
    };
  },

  finish(turn, rotation, next) {
    const before = requireConnection(turn, rotation);
    const bound = { id: before.id, version: before.version + 1 };
    const secret = { ...revealSecret(turn, before), password: new TextDecoder().decode(next) };
    const configured = CONNECTION_CONFIGURED.make({
      ...bound,
      mount: before.mount,
      name: before.name,
      plugin: before.plugin,
      shownUrl: before.shownUrl,
      username: before.username,
      allowedRoles: [...before.allowedRoles],
      passwordAuthentication: before.passwordAuthentication,
      maxOpenConnections: before.maxOpenConnections,
      rotationStatements: [...before.rotationStatements],
      secret: sealSecret(turn, bound, secret),
      usernameTemplate: before.usernameTemplate,
      passwordPolicy: before.passwordPolicy,
      echoed: before.echoed,
    });
    return { changes: [configured, { type: FORGET_VALUE, data: { hash: before.secret } }] };
  },
};

function both(turn: RotationTurn, rotation: Rotation, next: Uint8Array) {
  const connection = requireConnection(turn, rotation);
  const secret = revealSecret(turn, connection);
  const password = new TextDecoder().decode(next);
  const old: DatabaseServer = connectWith(turn, connection, secret, connection.version);
  // The number that the connection has when it is finished: its sockets are of use then.
  const fresh: DatabaseServer = connectWith(
    turn,
    connection,
    { ...secret, password },
    connection.version + 1,
  );
  return { connection, old, fresh, password, oldPassword: secret.password };
}

function requireConnection(turn: RotationTurn, { data }: Rotation): Connection {
  const connection = findConnectionById(turn.db, String(data['connection']));
  if (!connection)
    throw new KeywardenError('target-unavailable', 'the connection is not configured any more');
  return connection;
}
