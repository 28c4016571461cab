/**
 * What this vault leaves on a server besides users. MariaDB has no comments on users, and what MySQL has cannot be bound to
 * one account. But all that these servers know of an account is a name and a host, the host is free text of up to 255
 * characters, and accounts with the name of a user are that user's. So the mark is an account: of the user's name, at a host
 * that is the mark and no host. Nobody can log in to it: it is locked, its password is no password, no client comes from a
 * host of that form, and it was granted nothing. It needs no right but those that making users needs, goes where the users
 * go (replicas, dumps, backups), and ends with them.
 *
 * The server's own id lies there as well, in the same way. What the servers call their ids does not do: MariaDB's
 * `server_uid` is made of the network card and the port, MySQL's `server_uuid` changes when a replica takes over.
 */
import {
  LONGEST_MARK,
  type MarkPlace,
  type ReadMark,
  type SortedMarks,
  sortMarks,
  type UserMark,
  writeMark,
} from '../../../core/signing/user-mark.ts';
import { findAccounts, isMarkHost, type MysqlAccount, quote } from './mysql-accounts.ts';
import type { MysqlSession } from './mysql-session.ts';

const SERVER = 'keywarden-server';
const SERVER_HOST = 'keywarden:id:';

/** The ids that this vault and others gave to the server; where two of them came at once there are two. */
export async function serverIds(session: MysqlSession): Promise<string[]> {
  return (await findAccounts(session, SERVER))
    .map(({ host }) => host)
    .filter((host) => host.startsWith(SERVER_HOST))
    .map((host) => host.slice(SERVER_HOST.length))
    .sort();
}

/** What the server is known by at this moment: its ids of ours, and what it calls itself, which may change later. */
export async function mysqlIdentities(session: MysqlSession): Promise<string[]> {
  const rows = await session.query<{ Value: string }>(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_uid')",
  );
  return [...(await serverIds(session)), ...rows.map(({ Value }) => Value)];
}

/** The server's id, which it is given if it has none. */
export async function ownServerId(session: MysqlSession, place: MarkPlace): Promise<string> {
  const [known] = await serverIds(session);
  if (known !== undefined) return known;
  const [row] = await session.query<{ id: string }>('SELECT LOWER(UUID()) AS id');
  const id = row?.id ?? '';
  await makeShutAccount(session, place, { name: SERVER, host: `${SERVER_HOST}${id}` });
  return id;
}

/** Whether a mark fits where the server keeps hosts: since MariaDB 10.6 and MySQL 8.0.17. */
export function canMark(session: MysqlSession): Promise<boolean> {
  return session
    .query<{ length: number }>(
      `SELECT CHARACTER_MAXIMUM_LENGTH AS length FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA = 'mysql' AND TABLE_NAME = 'user' AND COLUMN_NAME = 'Host'`,
    )
    .then(([row]) => Number(row?.length ?? 0) >= LONGEST_MARK);
}

/** The server's clock, in milliseconds since 1970. */
export async function mysqlNow(session: MysqlSession): Promise<number> {
  const [row] = await session.query<{ now: number | string }>('SELECT UNIX_TIMESTAMP() AS now');
  return Number(row?.now) * 1000;
}

/** Marks a user that is about to be made. */
export async function markUser(
  session: MysqlSession,
  place: MarkPlace,
  user: { readonly name: string; readonly server: string },
  mark: UserMark,
): Promise<void> {
  await makeShutAccount(session, place, {
    name: user.name,
    host: writeMark(place, user.server, user.name, mark),
  });
}

/** Moves what the mark says: until when. */
export async function moveMark(
  session: MysqlSession,
  place: MarkPlace,
  user: { readonly name: string; readonly server: string },
  mark: UserMark,
): Promise<void> {
  const host = writeMark(place, user.server, user.name, mark);
  const [old, ...more] = (await findAccounts(session, user.name)).filter((account) =>
    isMarkHost(account.host),
  );
  for (const { quoted } of more) await session.query(`DROP USER ${quoted}`);
  if (!old) await makeShutAccount(session, place, { name: user.name, host });
  else if (old.host !== host) {
    await session.query(`RENAME USER ${old.quoted} TO ${quote(user.name)}@${quote(host)}`);
  }
}

/** The mark among a user's accounts, if this vault wrote it for this user on one of these servers. */
export function markAmong(
  place: MarkPlace,
  servers: readonly string[],
  name: string,
  accounts: readonly MysqlAccount[],
): ReadMark | undefined {
  const texts = accounts.map(({ host }) => ({ name, text: host })).filter(({ text }) => isMarkHost(text));
  return sortMarks(place, servers, [], texts).marks[0];
}

/** All marks on the server. */
export async function allMarks(
  session: MysqlSession,
  place: MarkPlace,
  servers: readonly string[],
  others: readonly string[],
): Promise<SortedMarks> {
  const rows = await session.query<{ name: string; text: string }>(
    "SELECT User AS name, Host AS text FROM mysql.user WHERE Host LIKE 'keywarden:2%' ORDER BY User",
  );
  return sortMarks(place, servers, others, rows);
}

/** An account that nobody can log in to. */
async function makeShutAccount(
  session: MysqlSession,
  { signer }: MarkPlace,
  { name, host }: { readonly name: string; readonly host: string },
): Promise<void> {
  const account = `${quote(name)}@${quote(host)}`;
  // MariaDB has a word for what is no password; MySQL needs one, which nobody can make but this vault, and nobody has seen.
  const shut = session.isMariaDb
    ? "VIA mysql_native_password USING 'invalid'"
    : `BY '${signer.sign(`a password that is used by nobody\n${account}`)}'`;
  await session.query(`CREATE USER IF NOT EXISTS ${account} IDENTIFIED ${shut} ACCOUNT LOCK`);
}
