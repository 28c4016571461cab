import type { LeaseTurn, RequestTurn } from '../../core/engine.ts';
import type { ValueHash } from '../../vault/vault.ts';
import type { Connection } from './connection-rows.ts';
import type { ConnectionSecret, DatabaseServer } from './database-plugin.ts';
import { requirePlugin } from './database-plugins.ts';

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

/** The connection's server with everything that work on it needs, password included. */
export function revealServer(turn: LeaseTurn, connection: Connection): DatabaseServer {
  return requirePlugin(connection.plugin).connect(revealSecret(turn, connection), {
    id: connection.id,
    version: connection.version,
    limit: connection.maxOpenConnections,
    plaintext: connection.passwordAuthentication === 'password',
    signer: turn.signer(),
  });
}
