import { isIP, connect as openSocket, type Socket } from 'node:net';
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { mysqlError } from './mysql-errors.ts';
import type { MysqlTarget } from './mysql-target.ts';

/** All that the steps of a user's life need of a connection. */
export interface MysqlSession {
  /** MariaDB and MySQL differ in how they take hashes, roles and locks. */
  readonly isMariaDb: boolean;
  /** Whether a backslash in a text takes away the meaning of what follows, as it does unless NO_BACKSLASH_ESCAPES is set. */
  readonly backslashEscapes: boolean;
  /** Such as `10.11.14`. */
  readonly version: string;
  /** Runs one statement and answers with its rows. Throws what the server or the network said. */
  query<T = Record<string, unknown>>(sql: string, params?: readonly (string | number)[]): Promise<T[]>;
}

/** Milliseconds. */
const CONNECT_TIMEOUT = 5_000;
const QUERY_TIMEOUT = 20_000;

/**
 * Logs in for `work`, and out again; an abort cuts the socket, so that nothing more is sent after it. Throws exactly what
 * the server or the network said.
 */
export async function withConnection<T>(
  target: MysqlTarget,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const connection = await createConnection(configOf(target));
  const cut = () => connection.destroy();
  // A socket that breaks between statements is told of by the next one.
  connection.on('error', () => {});
  signal.addEventListener('abort', cut, { once: true });
  try {
    signal.throwIfAborted();
    const result = await work(connection);
    await connection.end();
    return result;
  } finally {
    signal.removeEventListener('abort', cut);
    cut();
  }
}

/** A session of its own for `work`. Throws `target-unavailable` with a reason; the password is never in it. */
export async function withMysqlSession<T>(
  target: MysqlTarget,
  signal: AbortSignal,
  work: (session: MysqlSession) => Promise<T>,
): Promise<T> {
  try {
    return await withConnection(target, signal, async (connection) => work(await asSession(connection)));
  } catch (error) {
    if (signal.aborted) throw new KeywardenError('target-unavailable', 'stopped before it was done');
    throw mysqlError(error, [target.password]);
  }
}

export function configOf(target: MysqlTarget): ConnectionOptions {
  return {
    ...(target.socket === ''
      ? { host: target.host, port: target.port, stream: () => socketTo(target) }
      : { socketPath: target.socket }),
    ...(target.database === '' ? {} : { database: target.database }),
    ...(target.tls === false ? {} : { ssl: asSslOptions(target.tls) }),
    user: target.user,
    password: target.password,
    connectTimeout: CONNECT_TIMEOUT,
    // A hostile server must not be able to ask for files.
    flags: ['-LOCAL_FILES'],
  };
}

/**
 * The driver hands an open socket to TLS and, for an address, no name to check: TLS then asks the socket which host it was
 * opened to. A socket knows that of a name alone, and the certificate would be checked against `localhost` instead.
 */
function socketTo({ host, port }: MysqlTarget): Socket {
  const socket = openSocket({ host, port });
  socket.setNoDelay(true);
  return isIP(host) === 0 ? socket : Object.assign(socket, { _host: host });
}

async function asSession(connection: Connection): Promise<MysqlSession> {
  const query = async <T>(sql: string, params: readonly (string | number)[] = []) => {
    const statement = { sql, timeout: QUERY_TIMEOUT };
    // Values travel apart from the statement: how a text is quoted depends on the server's mode.
    const [rows] = await (params.length === 0
      ? connection.query(statement)
      : connection.execute(statement, [...params]));
    return (Array.isArray(rows) ? rows : []) as T[];
  };
  const [row] = await query<{ version: string; mode: string }>(
    'SELECT version() AS version, @@SESSION.sql_mode AS mode',
  );
  const text = row?.version ?? '';
  return {
    isMariaDb: /mariadb/i.test(text),
    backslashEscapes: !/NO_BACKSLASH_ESCAPES/.test(row?.mode ?? ''),
    version: /^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '',
    query,
  };
}

/** The driver checks whose certificate it is only when it is told to. */
function asSslOptions(tls: Exclude<MysqlTarget['tls'], false>): Record<string, unknown> {
  return { ...tls, verifyIdentity: tls.rejectUnauthorized !== false, minVersion: 'TLSv1.2' };
}
