import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { formatInstant } from '../../../core/format-instant.ts';
import type { MarkPlace } from '../../../core/signing/user-mark.ts';
import type { NewUser } from '../database-plugin.ts';
import { findAccounts, isMarkHost, lockUser } from './mysql-accounts.ts';
import { canMark, markUser, mysqlNow, ownServerId } from './mysql-marks.ts';
import type { MysqlSession } from './mysql-session.ts';
import { fillMysqlStatement, inDialect, type MysqlValues } from './mysql-statements.ts';

/**
 * Creates the user. These servers end a transaction at each such statement, so a failure can leave a half-made user: its
 * mark comes first, so that even then it is known, its lease is ended, and whatever has its name with it.
 *
 * Asked again for the same lease it starts over. Its name carries random text, so that it can be nobody else's.
 */
export async function createMysqlUser(
  session: MysqlSession,
  { user, password, statements, ttl }: NewUser,
  { place, plaintext }: { readonly place: MarkPlace; readonly plaintext: boolean },
): Promise<Readonly<Record<string, unknown>>> {
  await lockUser(session, user.lease);
  await dropAll(session, user.name);
  const serverId = await ownServerId(session, place);
  const until = (await mysqlNow(session)) + Math.round(ttl * 1000);
  if (await canMark(session)) {
    await markUser(session, place, { name: user.name, server: serverId }, { lease: user.lease, until });
  }
  try {
    await runStatements(session, user.name, statements, { username: user.name, password, plaintext });
  } catch (error) {
    // Nobody was told of it. Where this fails as well, the end of its lease does it.
    await dropAll(session, user.name).catch(() => {});
    throw error;
  }
  return { serverId, until: formatInstant(until) };
}

async function runStatements(
  session: MysqlSession,
  name: string,
  statements: readonly string[],
  values: MysqlValues,
): Promise<void> {
  for (const statement of statements) {
    await session.query(fillMysqlStatement(session, inDialect(session, statement), values));
  }
  if ((await findAccounts(session, name)).some(({ host }) => !isMarkHost(host))) return;
  throw new KeywardenError(
    'target-unavailable',
    "the creation statements made no user of the name {{name}}: write '{{name}}'@'%'",
  );
}

async function dropAll(session: MysqlSession, name: string): Promise<void> {
  for (const { quoted } of await findAccounts(session, name)) await session.query(`DROP USER ${quoted}`);
}
