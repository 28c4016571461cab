import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { DatabaseUser } from './database-user.ts';
import { databaseDeadline, setDeadline } from './deadline.ts';
import { fillTemplate } from './fill-template.ts';
import { isOurs, type Marker, markRole } from './mark-role.ts';
import { findRole } from './postgres-role.ts';
import { underTheirPath } from './search-path.ts';
import { inTransaction, type Session } from './session.ts';
import { lockUser } from './user-lock.ts';

/**
 * Moves the user's deadline in the database, `ttl` seconds from its now, after the role's own statements.
 * Throws `target-unavailable` when the user is no longer there.
 */
export async function renewUser(
  session: Session,
  user: DatabaseUser,
  ttl: number,
  statements: readonly string[],
  marker: Marker,
): Promise<void> {
  await inTransaction(session, async () => {
    await session.query(lockUser(user.lease));
    const role = await findRole(session, user.name);
    if (!role || !isOurs(marker, role, user)) {
      throw new KeywardenError(
        'target-unavailable',
        'the database user is gone, so there is nothing to renew',
      );
    }
    const [now] = await session.query<{ until: string }>(`SELECT ${databaseDeadline(ttl)} AS until`);
    if (!now) throw new Error('the server told no time');
    const values = { username: user.name, expiration: now.until };
    await session.batch([
      ...underTheirPath(statements.map((statement) => fillTemplate(statement, values))),
      setDeadline(user.name, now.until),
      markRole(marker, user, { oid: role.oid, until: now.until }),
    ]);
  });
}
