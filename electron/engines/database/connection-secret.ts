import { revealTakenValue } from '../../core/rotation/plan-rotation.ts';
import { findRotationOf } from '../../core/rotation/rotation-rows.ts';
import type { LeaseTurn, RequestTurn } from '../../core/turn.ts';
import type { ValueHash } from '../../vault/vault.ts';
import type { Connection } from './connection-rows.ts';
import type { ConnectionSecret, DatabaseServer } from './database-plugin.ts';
import { requirePlugin } from './database-plugins.ts';
import { socketLimit } from './socket-limit.ts';

/** Seals what of a connection must not be read, bound to the connection and this version of it. */
export function sealSecret(
  turn: Pick<RequestTurn, 'mount' | 'sealValue'>,
  bound: { readonly id: string; readonly version: number },
  secret: ConnectionSecret,
): ValueHash {
  const bytes = new TextEncoder().encode(JSON.stringify(secret));
  try {
    return turn.sealValue(bytes, { mount: turn.mount.uuid, owner: bound.id, version: bound.version });
  } finally {
    bytes.fill(0);
  }
}

/** Opens a connection's secrets. */
export function revealSecret(turn: LeaseTurn, connection: Connection): ConnectionSecret {
  const context = { mount: connection.mount, owner: connection.id, version: connection.version };
  const bytes = turn.revealValue(connection.secret, context);
  return JSON.parse(new TextDecoder().decode(bytes)) as ConnectionSecret;
}

/** The connection's server with everything that work on it needs, password included. */
export function revealServer(turn: LeaseTurn, connection: Connection): DatabaseServer {
  const secret = revealSecret(turn, connection);
  // Its own password is being rotated, and the server takes the new one already.
  const taken = revealTakenValue(turn, findRotationOf(turn.db, connection.mount, `root/${connection.id}`));
  if (!taken) return connectWith(turn, connection, secret, connection.version);
  const password = new TextDecoder().decode(taken);
  return connectWith(turn, connection, { ...secret, password }, connection.version + 1);
}

/** The server of a connection with these secrets; sockets are shared by those of one version. */
export function connectWith(
  turn: Pick<LeaseTurn, 'signer'>,
  connection: Connection,
  secret: ConnectionSecret,
  version: number,
): DatabaseServer {
  return requirePlugin(connection.plugin).connect(secret, {
    id: connection.id,
    version,
    limit: socketLimit(connection.maxOpenConnections),
    plaintext: connection.passwordAuthentication === 'password',
    signer: turn.signer(),
  });
}
