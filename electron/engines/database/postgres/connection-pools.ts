import pg from 'pg';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { ConnectionTarget } from './connection-target.ts';
import { targetError } from './error-words.ts';
import { takeOwnPath } from './search-path.ts';
import type { Session } from './session.ts';

/** One configured connection at one version of its configuration. */
export interface PooledConnection {
  /** The connection's uuid. */
  readonly id: string;
  /** Counts the writes of its configuration. */
  readonly version: number;
  readonly target: ConnectionTarget;
  /** How many sockets at most. */
  readonly limit: number;
}

/** Milliseconds. */
const CONNECT_TIMEOUT = 5_000;
const QUERY_TIMEOUT = 20_000;
const IDLE_TIMEOUT = 5_000;

interface OpenPool {
  readonly version: number;
  readonly pool: pg.Pool;
}

/**
 * Small pools, one per connection, so that a user costs no new login of ours. Nothing depends on them: an idle socket is
 * closed after seconds and its pool forgotten, and no pool serves another version of a configuration than its own.
 */
const pools = new Map<string, OpenPool>();

/** The driver's configuration for one login. */
export function clientConfig(target: ConnectionTarget): pg.ClientConfig {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    password: target.password,
    ssl: target.tls,
    application_name: 'keywarden',
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    query_timeout: QUERY_TIMEOUT,
    ...(target.options === '' ? {} : { options: target.options }),
  };
}

/**
 * Lends a session of the connection to `work`. An abort cuts the socket, so that nothing more is sent after it.
 * Throws `target-unavailable` with a reason; the connection's password is never in it.
 *
 * @param database another database of the same server
 */
export async function withSession<T>(
  connection: PooledConnection,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  let client: pg.PoolClient | undefined;
  let released = false;
  const release = (broken: boolean) => {
    if (released || !client) return;
    released = true;
    client.release(broken);
  };
  const cut = () => release(true);
  try {
    signal.throwIfAborted();
    client = await poolOf(connection).connect();
    signal.throwIfAborted();
    signal.addEventListener('abort', cut, { once: true });
    const session = asSession(client);
    await takeOwnPath(session);
    const result = await work(session);
    release(false);
    return result;
  } catch (error) {
    // After any error the socket's state is not worth guessing at.
    release(true);
    if (signal.aborted) throw new KeywardenError('target-unavailable', 'stopped before it was done');
    throw targetError(error, [connection.target.password]);
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

/** A session of its own in another database of the same server, or with other credentials; ended after `work`. */
export async function withLoneSession<T>(
  target: ConnectionTarget,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(clientConfig(target));
  // A socket that breaks between statements is told of by the next one.
  client.on('error', () => {});
  const cut = () => void client.end().catch(() => {});
  try {
    signal.throwIfAborted();
    signal.addEventListener('abort', cut, { once: true });
    await client.connect();
    const session = asSession(client);
    await takeOwnPath(session);
    return await work(session);
  } catch (error) {
    throw targetError(error, [target.password]);
  } finally {
    signal.removeEventListener('abort', cut);
    cut();
  }
}

/** Closes what is idle of a connection's pool, whatever its version; what is in use ends with its work. */
export function dropPool(id: string): void {
  const open = pools.get(id);
  if (!open) return;
  pools.delete(id);
  void open.pool.end().catch(() => {});
}

function poolOf(connection: PooledConnection): pg.Pool {
  const known = pools.get(connection.id);
  if (known?.version === connection.version) return known.pool;
  dropPool(connection.id);
  const pool = new pg.Pool({
    ...clientConfig(connection.target),
    max: connection.limit,
    idleTimeoutMillis: IDLE_TIMEOUT,
    allowExitOnIdle: true,
  });
  pool.on('error', () => {});
  // The pool listens to idle sockets only: one that breaks while it is lent would end the process. Its work is told anyway.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('remove', () => {
    if (pool.totalCount === 0 && pools.get(connection.id)?.pool === pool) dropPool(connection.id);
  });
  pools.set(connection.id, { version: connection.version, pool });
  return pool;
}

/** What is known of each open socket; forgotten with it. */
const factsOf = new WeakMap<pg.ClientBase, Map<string, Promise<unknown>>>();

function asSession(client: pg.ClientBase): Session {
  const known = factsOf.get(client) ?? new Map<string, Promise<unknown>>();
  factsOf.set(client, known);
  return {
    async query<T>(sql: string, params?: readonly unknown[]) {
      const result = await (params ? client.query(sql, [...params]) : client.query(sql));
      return (Array.isArray(result) ? [] : result.rows) as T[];
    },
    async batch<T>(statements: readonly string[]) {
      // A line of its own for the semicolon: a statement may end in a comment.
      const result: pg.QueryResult | pg.QueryResult[] = await client.query(statements.join('\n;\n'));
      return (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as T[];
    },
    once<T>(fact: string, ask: () => Promise<T>) {
      const asked = known.get(fact) ?? ask();
      known.set(fact, asked);
      return asked as Promise<T>;
    },
  };
}
