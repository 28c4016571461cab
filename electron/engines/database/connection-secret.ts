import type { LeaseTurn, RequestTurn } from '../../core/engine.ts';
import type { ValueHash } from '../../vault/vault.ts';
import type { Connection } from './connection-rows.ts';
import type { PooledConnection } from './postgres/connection-pools.ts';
import { type ConnectionSecret, connectionTarget } from './postgres/connection-target.ts';

/** Seals what of a connection must not be read, bound to the connection and this version of it. */
export function sealSecret(
  turn: RequestTurn,
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

/** Everything that work on the connection's server needs, password included. */
export function revealPooledConnection(turn: LeaseTurn, connection: Connection): PooledConnection {
  return {
    id: connection.id,
    version: connection.version,
    target: connectionTarget(revealSecret(turn, connection)),
    limit: connection.maxOpenConnections,
  };
}
