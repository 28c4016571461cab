import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { MysqlSession } from './mysql-session.ts';

/** One account: the servers know a user by name and by where it comes from. */
export interface MysqlAccount {
  readonly host: string;
  /** Quoted for a statement. */
  readonly quoted: string;
}

/** The accounts of a name, from wherever they may log in. */
export async function findAccounts(session: MysqlSession, name: string): Promise<MysqlAccount[]> {
  const rows = await session.query<{ host: string }>('SELECT Host AS host FROM mysql.user WHERE User = ?', [
    name,
  ]);
  return rows.map(({ host }) => ({ host, quoted: `${quote(name)}@${quote(host)}` }));
}

/** Whether a host is no host but a mark, or what is meant to look like one. */
export function isMarkHost(host: string): boolean {
  return host.startsWith('keywarden:');
}

/** The sessions of a name, to the letter: the list of sessions compares without regard to case, and accounts do not. */
export async function findSessions(session: MysqlSession, name: string): Promise<number[]> {
  const rows = await session.query<{ id: number }>(
    'SELECT ID AS id FROM information_schema.PROCESSLIST WHERE CAST(USER AS BINARY) = CAST(? AS BINARY)',
    [name],
  );
  return rows.map(({ id }) => Number(id));
}

/** How many stored objects, that we may see, run with the rights of a name. */
export async function countDefined(session: MysqlSession, name: string): Promise<number> {
  const of = (table: string) =>
    `SELECT count(*) AS n FROM information_schema.${table} WHERE DEFINER LIKE ? ESCAPE '|'`;
  const pattern = `${name.replace(/[|%_]/g, '|$&')}@%`;
  let count = 0;
  for (const table of ['ROUTINES', 'VIEWS', 'TRIGGERS', 'EVENTS']) {
    const [row] = await session.query<{ n: number }>(of(table), [pattern]);
    count += Number(row?.n ?? 0);
  }
  return count;
}

/** Quotes a name for a statement. What a backslash in it means depends on the server's mode: throws `invalid-request`. */
export function quote(text: string): string {
  if (text.includes('\\')) {
    throw new KeywardenError('invalid-request', 'a user name may not hold a backslash');
  }
  return `'${text.replaceAll("'", "''")}'`;
}

/** How many seconds one may wait for another operation on the same user. */
const PATIENCE = 5;

/**
 * Makes creating and ending one user exclude each other on the server, even when a cut connection left its last statement
 * in flight: the lock ends with the session, and the session with its statement.
 */
export async function lockUser(session: MysqlSession, lease: string): Promise<void> {
  const [row] = await session.query<{ got: number | null }>('SELECT GET_LOCK(?, ?) AS got', [
    `keywarden:${lease}`,
    PATIENCE,
  ]);
  if (Number(row?.got) !== 1) {
    throw new KeywardenError('target-unavailable', 'another operation on the same user is still running');
  }
}
