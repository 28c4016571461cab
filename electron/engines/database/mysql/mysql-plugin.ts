/**
 * MariaDB and MySQL. They know no deadline for a user, so a user here needs Keywarden to die; its mark tells until when.
 * MariaDB gets the hash of a password; MySQL masks passwords in its own logs and gets it as it is.
 */
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { MarkPlace } from '../../../core/signing/user-mark.ts';
import type { DatabasePlugin, DatabaseServer, Door } from '../database-plugin.ts';
import { rehearseUser } from '../rehearse-user.ts';
import { checkMysql } from './check-mysql.ts';
import { createMysqlUser } from './create-mysql-user.ts';
import { endMysqlUser, endSessions } from './end-mysql-user.ts';
import { enterMysql } from './enter-mysql.ts';
import { listMarkedMysql } from './list-marked-mysql.ts';
import { findAccounts, findSessions } from './mysql-accounts.ts';
import { mysqlCode, mysqlError } from './mysql-errors.ts';
import { mysqlIdentities } from './mysql-marks.ts';
import { withConnection, withMysqlSession } from './mysql-session.ts';
import { fillMysqlStatement, groupStatements, splitMysqlStatements } from './mysql-statements.ts';
import { type MysqlTarget, mysqlTarget, redactDsn } from './mysql-target.ts';
import { renewMysqlUser } from './renew-mysql-user.ts';

/** ER_ACCESS_DENIED_ERROR: the user or its password. What else keeps somebody out (a lock, a host) is no proof. */
const WRONG_PASSWORD = '1045';

/** Vault's have more of the names and fewer random characters, for want of room. */
const TEMPLATE = '{{ printf "v-%s-%s-%s" (.DisplayName | truncate 6) (.RoleName | truncate 6) (random 16) }}';
const LEGACY_TEMPLATE = '{{ printf "v-%s-%s" (.RoleName | truncate 2) (random 11) }}';

/** MariaDB and MySQL behind the engine's interface. */
export const mysqlPlugin: DatabasePlugin = {
  names: ['mysql-database-plugin', 'mysql-aurora-database-plugin', 'mysql-rds-database-plugin'],
  title: 'MariaDB and MySQL',
  username: { template: TEMPLATE, longest: 32 },
  promise: 'needs-keywarden',
  redactUrl: redactDsn,
  connect: (secret, { id, plaintext, signer }) =>
    serverOf(mysqlTarget(secret), plaintext, { signer, kind: 'mysql', connection: id }),
  showDetails: (shownUrl, { plaintext }) => ({
    connection_url: shownUrl,
    ...(plaintext ? { password_authentication: 'password' } : {}),
  }),
  plainStatements: ["CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'"],
  creationStatements(statements, groupRole) {
    const own = statements.flatMap(splitMysqlStatements);
    if (own.length > 0) return own;
    if (groupRole === '') throw new KeywardenError('invalid-request', 'empty creation statements');
    return groupStatements(groupRole);
  },
};

/** Servers older than MySQL 5.7.8, which take names of 16 characters. */
export const mysqlLegacyPlugin: DatabasePlugin = {
  ...mysqlPlugin,
  names: ['mysql-legacy-database-plugin'],
  title: 'MySQL, old',
  username: { template: LEGACY_TEMPLATE, longest: 16 },
};

function serverOf(target: MysqlTarget, plaintext: boolean, place: MarkPlace): DatabaseServer {
  const tryLogin = (account: { name: string; password: string }, signal: AbortSignal) =>
    tryMysqlLogin({ ...target, user: account.name, password: account.password }, signal);
  const server: DatabaseServer = {
    address: target.socket === '' ? `${target.host}:${target.port}` : target.socket,
    user: target.user,
    database: target.database,
    check: (signal) => withMysqlSession(target, signal, checkMysql),
    identities: (signal) => withMysqlSession(target, signal, mysqlIdentities),
    createUser: (wanted, signal) =>
      withMysqlSession(target, signal, (session) => createMysqlUser(session, wanted, { place, plaintext })),
    endUser: (user, how, signal) =>
      withMysqlSession(target, signal, (session) => {
        const { password } = how;
        const tryDoor =
          password === undefined ? undefined : () => tryLogin({ name: user.name, password }, signal);
        return endMysqlUser(session, user, how, { place, tryDoor });
      }),
    renewUser: (user, ttl, _statements, signal) =>
      withMysqlSession(target, signal, (session) => renewMysqlUser(session, place, user, ttl)),
    listMarked: (others, signal) =>
      withMysqlSession(target, signal, (session) => listMarkedMysql(session, place, others)),
    rehearse: ({ users: [user], revocationStatements: statements }, asked) =>
      rehearseUser(user, asked, {
        right: "the connection's user needs PROCESS and CONNECTION ADMIN (MySQL: CONNECTION_ADMIN)",
        steps: (signal) => ({
          create: (wanted) => server.createUser(wanted, signal),
          enter: ({ user: { name }, password }) => enterMysql({ ...target, user: name, password }, signal),
          end: ({ user: guest, password }, told) =>
            server.endUser({ ...guest, remembered: told }, { statements, password }, signal),
        }),
      }),
    setPassword: ({ name, password, statements }, signal) =>
      withMysqlSession(target, signal, async (session) => {
        const own = statements.flatMap(splitMysqlStatements);
        const accounts = await findAccounts(session, name);
        if (accounts.length === 0) {
          throw new KeywardenError('target-unavailable', 'there is no user of that name on the server');
        }
        const usual = accounts.map(({ quoted }) => `ALTER USER ${quoted} IDENTIFIED BY '{{password}}'`);
        for (const statement of own.length > 0 ? own : usual) {
          await session.query(
            fillMysqlStatement(session, statement, { username: name, password, plaintext }),
          );
        }
      }),
    sessions: (name, signal) =>
      withMysqlSession(target, signal, async (session) => (await findSessions(session, name)).length),
    endSessions: (name, signal) => withMysqlSession(target, signal, (session) => endSessions(session, name)),
    tryLogin,
  };
  return server;
}

async function tryMysqlLogin(target: MysqlTarget, signal: AbortSignal): Promise<Door> {
  try {
    await withConnection({ ...target, database: '' }, signal, async () => {});
    return { kind: 'accepted' };
  } catch (error) {
    const code = mysqlCode(error);
    if (code === WRONG_PASSWORD) return { kind: 'refused', code };
    return { kind: 'unknown', reason: mysqlError(error, [target.password]).message };
  }
}
