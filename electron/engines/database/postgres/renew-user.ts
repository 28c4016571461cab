import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { DatabaseUser } from './database-user.ts';
import { databaseDeadline, setDeadline } from './deadline.ts';
import { fillTemplate } from './fill-template.ts';
import { isOurs, markRole } from './mark-role.ts';
import { findRole } from './postgres-role.ts';
import { inTransaction, type Session } from './session.ts';
import { lockUserInTransaction } from './user-lock.ts';

/**
 * Moves the user's deadline in the database, `ttl` seconds from its now, after the role's own statements.
 * Throws `target-unavailable` when the user is no longer there.
 */
export async function renewUser(
  session: Session,
  user: DatabaseUser,
  ttl: number,
  statements: readonly string[],
): Promise<void> {
  await inTransaction(session, async () => {
    await lockUserInTransaction(session, user.lease);
    const role = await findRole(session, user.name);
    if (!role || !isOurs(role, user)) {
      throw new KeywardenError(
        'target-unavailable',
        'the database user is gone, so there is nothing to renew',
      );
    }
    const deadline = await databaseDeadline(session, ttl);
    const values = { username: user.name, expiration: deadline };
    for (const statement of statements) await session.query(fillTemplate(statement, values));
    await setDeadline(session, user.name, deadline);
    await markRole(session, user, deadline);
  });
}
