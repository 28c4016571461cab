import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { membership } from './become-member.ts';
import { type CreatedUser, createUsers, isTaken, type NewUser } from './create-users.ts';
import type { DatabaseUser } from './database-user.ts';
import { isOurs, type Marker } from './mark-role.ts';
import { findBroker, findRole } from './postgres-role.ts';
import { quoteIdentifier } from './quote.ts';
import { inTransaction, type Session } from './session.ts';
import { lockUser } from './user-lock.ts';

/**
 * Creates one user. A half-made one cannot stay behind.
 *
 * Asked again for the same lease it starts over: what an interrupted attempt committed is removed first.
 */
export async function createUser(session: Session, wanted: NewUser, marker: Marker): Promise<CreatedUser> {
  try {
    return await createOne(session, wanted, marker);
  } catch (error) {
    if (!isTaken(error) || !(await removeEarlierAttempt(session, wanted.user, marker))) throw error;
    return await createOne(session, wanted, marker);
  }
}

async function createOne(session: Session, wanted: NewUser, marker: Marker): Promise<CreatedUser> {
  const [made] = await createUsers(session, [wanted], marker);
  if (!made) throw new KeywardenError('internal');
  return made;
}

/** Nobody was given its password yet, so it owns nothing and has no session. @returns whether there was one. */
function removeEarlierAttempt(session: Session, user: DatabaseUser, marker: Marker): Promise<boolean> {
  return inTransaction(session, async () => {
    await session.query(lockUser(user.lease));
    const earlier = await findRole(session, user.name);
    if (!earlier) return false;
    if (!isOurs(marker, earlier, user)) {
      throw new KeywardenError('target-unavailable', `a role ${user.name} that is not ours exists already`);
    }
    await session.batch([
      ...membership(await findBroker(session), user.name),
      `DROP OWNED BY ${quoteIdentifier(user.name)}`,
      `DROP ROLE ${quoteIdentifier(user.name)}`,
    ]);
    return true;
  });
}
