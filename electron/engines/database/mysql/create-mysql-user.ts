import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { NewUser } from '../database-plugin.ts';
import { findAccounts, lockUser } from './mysql-accounts.ts';
import type { MysqlSession } from './mysql-session.ts';
import { fillMysqlStatement, inDialect } from './mysql-statements.ts';
import { serverUid } from './server-uid.ts';

/**
 * Creates the user. These servers end a transaction at each such statement, so a failure can leave a half-made user: its
 * lease is ended then, and whatever has its name with it.
 *
 * Asked again for the same lease it starts over. Its name carries random text, so that it can be nobody else's.
 */
export async function createMysqlUser(
  session: MysqlSession,
  { user, password, statements }: NewUser,
  plaintext: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  await lockUser(session, user.lease);
  for (const { quoted } of await findAccounts(session, user.name)) await session.query(`DROP USER ${quoted}`);
  const values = { username: user.name, password, plaintext };
  for (const statement of statements) {
    await session.query(fillMysqlStatement(session, inDialect(session, statement), values));
  }
  if ((await findAccounts(session, user.name)).length === 0) {
    throw new KeywardenError(
      'target-unavailable',
      "the creation statements made no user of the name {{name}}: write '{{name}}'@'%'",
    );
  }
  const server = await serverUid(session);
  return server === undefined ? {} : { server };
}
