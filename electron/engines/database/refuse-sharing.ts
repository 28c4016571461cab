/**
 * One account has one owner: two that set its password would lock each other's apps out. Which connections lead to one
 * server their addresses do not say (`localhost`, `127.0.0.1`, a tunnel), so the servers are asked.
 */
import { asKeywardenError, KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { allConnections, type Connection } from './connection-rows.ts';
import { revealServer } from './connection-secret.ts';
import type { DatabaseServer } from './database-plugin.ts';
import { requirePlugin } from './database-plugins.ts';
import { type StaticRole, selectStaticRoles } from './static-role-rows.ts';

/** An account of the same name, at a connection that may lead to the same server. */
interface Rival {
  readonly connection: Connection;
  /** What is told where it is the same account. */
  readonly words: string;
}

/** Rivals with the servers to ask. */
export interface Rivalry {
  readonly server: DatabaseServer;
  readonly rivals: readonly (Rival & { readonly server: DatabaseServer })[];
}

const OWN_ACCOUNT = 'that is the account that the connection itself uses: rotate-root rotates it';

/**
 * Reads whom a static role would share its accounts with at other connections of this vault, and throws
 * `invalid-request` where it would at its own.
 *
 * @param asked the connections that were asked about already: one that is new since then is a reason to try again
 */
export function findRivals(
  turn: RequestTurn,
  role: StaticRole,
  own: Connection,
  asked?: readonly string[],
): Rivalry {
  const accounts = [role.username, role.secondUsername].filter((account) => account !== '');
  const all = allConnections(turn.db);
  const rivals: Rival[] = all
    .filter((connection) => kindOf(connection) === kindOf(own))
    .flatMap((connection): Rival[] => {
      const words =
        connection.id === own.id
          ? OWN_ACCOUNT
          : `that is the account of the connection ${connection.name}, which leads to the same server: rotate-root rotates it`;
      const used = accounts.includes(connection.username) ? [{ connection, words }] : [];
      const roles = selectStaticRoles(
        turn.db,
        'mount = ? AND connection = ?',
        connection.mount,
        connection.name,
      ).filter(
        ({ id, username, secondUsername }) =>
          id !== role.id && accounts.some((name) => name === username || name === secondUsername),
      );
      const through = connection.id === own.id ? '' : `, through the connection ${connection.name}`;
      const said = ({ name }: StaticRole) => `the static role ${name} rotates that account already${through}`;
      return [...used, ...roles.map((other) => ({ connection, words: said(other) }))];
    });
  const here = rivals.find(({ connection }) => connection.id === own.id);
  if (here) throw new KeywardenError('invalid-request', here.words);
  if (asked && rivals.some(({ connection }) => !asked.includes(connection.id))) {
    throw new KeywardenError(
      'invalid-request',
      'somebody else has just written an account of that name; try again',
    );
  }
  const withServer = rivals.map((rival) => ({ ...rival, server: revealServer(turn, rival.connection) }));
  return { server: revealServer(turn, own), rivals: withServer };
}

/** MySQL's old servers are MySQL's. */
function kindOf({ plugin }: Connection): string | undefined {
  return requirePlugin(plugin).names[0].split('-')[0];
}

/**
 * Asks whether any of them is at the same server. Throws `invalid-request` in words where one is, and where one that might
 * be does not answer.
 *
 * @returns the ids of the connections that were asked about
 */
export async function refuseSharing(
  { server, rivals }: Rivalry,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (rivals.length === 0) return [];
  const here = await identities(server, signal);
  for (const rival of rivals) {
    const there = await identities(rival.server, signal);
    const isSame = server.address === rival.server.address || here.some((id) => there.includes(id));
    if (isSame) throw new KeywardenError('invalid-request', rival.words);
  }
  return rivals.map(({ connection }) => connection.id);
}

async function identities(server: DatabaseServer, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await server.identities(signal);
  } catch (error) {
    throw new KeywardenError(
      'invalid-request',
      `an account of that name belongs to another connection, and whether both lead to one server cannot be told now: ${asKeywardenError(error).message}`,
    );
  }
}
