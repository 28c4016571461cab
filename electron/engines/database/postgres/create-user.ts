import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { becomeMember } from './become-member.ts';
import type { DatabaseUser } from './database-user.ts';
import { databaseDeadline, setDeadline } from './deadline.ts';
import { fillTemplate } from './fill-template.ts';
import { isOurs, markRole } from './mark-role.ts';
import { findRole } from './postgres-role.ts';
import { quoteIdentifier } from './quote.ts';
import { inTransaction, type Session } from './session.ts';
import { lockUserInTransaction } from './user-lock.ts';

/** What a new user is made of. */
export interface NewUser {
  readonly user: DatabaseUser;
  /** One statement each, with placeholders. */
  readonly statements: readonly string[];
  /** What `{{password}}` becomes: a SCRAM verifier, or the password itself. */
  readonly passwordText: string;
  /** Seconds. */
  readonly ttl: number;
}

/**
 * Creates the user in one transaction, with its deadline and its mark. A half-made user cannot stay behind.
 *
 * Asked again for the same lease it starts over: what an interrupted attempt committed is removed first.
 *
 * @returns the new role's OID
 */
export async function createUser(session: Session, wanted: NewUser): Promise<number> {
  const { user } = wanted;
  return inTransaction(session, async () => {
    await lockUserInTransaction(session, user.lease);
    await removeEarlierAttempt(session, user);
    const deadline = await databaseDeadline(session, wanted.ttl);
    const values = { username: user.name, password: wanted.passwordText, expiration: deadline };
    for (const statement of wanted.statements) await session.query(fillTemplate(statement, values));

    const role = await findRole(session, user.name);
    if (!role) {
      throw new KeywardenError(
        'target-unavailable',
        'the creation statements made no role of the name {{name}}: write "{{name}}" with the double quotes',
      );
    }
    await becomeMember(session, user.name);
    if (role.validUntil !== deadline) await setDeadline(session, user.name, deadline);
    await markRole(session, user, deadline);
    return role.oid;
  });
}

/** Nobody was given its password yet, so it owns nothing and has no session. */
async function removeEarlierAttempt(session: Session, user: DatabaseUser): Promise<void> {
  const earlier = await findRole(session, user.name);
  if (!earlier) return;
  if (!isOurs(earlier, user)) {
    throw new KeywardenError('target-unavailable', `a role ${user.name} that is not ours exists already`);
  }
  await becomeMember(session, user.name);
  await session.query(`DROP OWNED BY ${quoteIdentifier(user.name)}`);
  await session.query(`DROP ROLE ${quoteIdentifier(user.name)}`);
}
