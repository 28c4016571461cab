import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { becomeMember } from './become-member.ts';
import type { DatabaseUser } from './database-user.ts';
import { endSessions } from './end-sessions.ts';
import { codeOf } from './error-words.ts';
import { fillTemplate } from './fill-template.ts';
import { isOurs } from './mark-role.ts';
import { findRole } from './postgres-role.ts';
import { quoteIdentifier } from './quote.ts';
import { type InDatabase, releaseObjects } from './release-objects.ts';
import { inTransaction, type Session } from './session.ts';
import { awaitUserLock } from './user-lock.ts';

/** What ending a user leaves to be proven. */
export interface EndedUser {
  /** undefined when the role was gone before we could ask. */
  readonly oid: number | undefined;
  /** What is worth telling besides, in words. */
  readonly notes: readonly string[];
}

/**
 * Ends a user, from whatever state it is in: no more logins, no sessions, the role's own revocation statements, nothing owned,
 * no role. Each step stands on its own, so that an attempt that fails half-way only has less left to do.
 *
 * Throws `target-unavailable` or what the server said; the caller tries again.
 */
export async function endUser(
  session: Session,
  user: DatabaseUser,
  revocationStatements: readonly string[],
  inDatabase: InDatabase,
): Promise<EndedUser> {
  await awaitUserLock(session, user.lease);
  const role = await findRole(session, user.name);
  if (!role) {
    if (user.oid !== undefined) await endSessions(session, user.oid);
    return { oid: user.oid, notes: ['the role was already gone'] };
  }
  if (!isOurs(role, user)) {
    throw new KeywardenError(
      'target-unavailable',
      `the role ${user.name} does not carry our mark any more: somebody replaced it, so it is left alone`,
    );
  }
  await becomeMember(session, user.name);
  await session.query(`ALTER ROLE ${quoteIdentifier(user.name)} NOLOGIN`);
  await endSessions(session, role.oid);
  const notes = await runRevocation(session, user.name, revocationStatements);
  // Those statements may have dropped it.
  if (await findRole(session, user.name)) {
    await releaseObjects(session, { name: user.name, oid: role.oid }, inDatabase);
    await session.query(`DROP ROLE IF EXISTS ${quoteIdentifier(user.name)}`);
  }
  return { oid: role.oid, notes };
}

/** A mistake in them must not keep the user alive: our own steps follow whatever they left. */
async function runRevocation(
  session: Session,
  name: string,
  statements: readonly string[],
): Promise<readonly string[]> {
  if (statements.length === 0) return [];
  try {
    await inTransaction(session, async () => {
      for (const statement of statements) await session.query(fillTemplate(statement, { username: name }));
    });
    return [];
  } catch (error) {
    const code = codeOf(error);
    // Without an SQLSTATE it was not the statement that failed.
    if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) throw error;
    return [`the role's own revocation statements failed (${code}) and were undone`];
  }
}
