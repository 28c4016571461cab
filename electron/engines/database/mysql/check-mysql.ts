import type { ServerCheck } from '../database-plugin.ts';
import { globalGrants } from './global-grants.ts';
import { isServersAnswer } from './mysql-errors.ts';
import type { MysqlSession } from './mysql-session.ts';

/** What a connection's user must be allowed to do, and how a person grants it. */
const NEEDS: readonly { readonly pattern: RegExp; readonly words: string }[] = [
  { pattern: /\bCREATE USER\b/, words: 'may not create users: GRANT CREATE USER ON *.* TO it' },
  { pattern: /\bPROCESS\b/, words: "may not see others' sessions: GRANT PROCESS ON *.* TO it" },
];
/** MariaDB split SUPER at 10.5, MySQL at 8.0. */
const KILL = /\b(?:CONNECTION[ _]ADMIN|SUPER)\b/;

/** Looks at the server with the connection's own user: what it is, and whether users can be made and ended there. */
export async function checkMysql(session: MysqlSession): Promise<ServerCheck> {
  const [row] = await session.query<{ user: string; base: string | null; readOnly: number }>(
    'SELECT CURRENT_USER() AS user, DATABASE() AS base, @@GLOBAL.read_only AS readOnly',
  );
  const user = row?.user ?? '';
  const global = await globalGrants(session);
  const all = /\bALL PRIVILEGES ON \*\.\*/.test(global);
  const problems = all
    ? []
    : NEEDS.filter(({ pattern }) => !pattern.test(global)).map(({ words }) => `The user ${user} ${words}.`);
  if (!all && !KILL.test(global)) {
    problems.push(
      `The user ${user} may not end others' sessions: GRANT ${session.isMariaDb ? 'CONNECTION ADMIN' : 'CONNECTION_ADMIN'} ON *.* TO it.`,
    );
  }
  if (!(await maySeeUsers(session))) {
    problems.push(`The user ${user} may not see which users there are: GRANT SELECT ON mysql.* TO it.`);
  }
  if (Number(row?.readOnly) > 0)
    problems.push('This server is read-only: users can only be made on the primary.');
  if (isOld(session)) problems.push('This server is older than MariaDB 10.4 or MySQL 5.7.');
  return {
    serverVersion: `${session.isMariaDb ? 'MariaDB' : 'MySQL'} ${session.version}`,
    database: row?.base ?? '',
    user,
    superuser: all,
    problems,
    groupRoles: await groupRoles(session),
  };
}

async function maySeeUsers(session: MysqlSession): Promise<boolean> {
  try {
    await session.query('SELECT User FROM mysql.user LIMIT 1');
    return true;
  } catch (error) {
    if (isServersAnswer(error)) return false;
    throw error;
  }
}

/** Only MariaDB tells a role from a user; on MySQL a role is a locked account without a password. */
async function groupRoles(session: MysqlSession): Promise<string[]> {
  try {
    const rows = await session.query<{ name: string }>(
      session.isMariaDb
        ? "SELECT User AS name FROM mysql.user WHERE is_role = 'Y' ORDER BY 1 LIMIT 200"
        : "SELECT User AS name FROM mysql.user WHERE account_locked = 'Y' AND authentication_string = '' ORDER BY 1 LIMIT 200",
    );
    return rows.map(({ name }) => name);
  } catch (error) {
    if (isServersAnswer(error)) return [];
    throw error;
  }
}

function isOld({ isMariaDb, version }: MysqlSession): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return isMariaDb ? major < 10 || (major === 10 && minor < 4) : major < 5 || (major === 5 && minor < 7);
}
