import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { UserEnd } from '../database-plugin.ts';
import { membership } from './become-member.ts';
import type { DatabaseUser } from './database-user.ts';
import { endSessions, terminateSessions, unlockRoles } from './end-sessions.ts';
import { codeOf } from './error-words.ts';
import { fillTemplate } from './fill-template.ts';
import { isOurs, type Marker } from './mark-role.ts';
import { findBroker, findRole, type PostgresRole, selectRole } from './postgres-role.ts';
import { quoteIdentifier } from './quote.ts';
import { refuseIfRenewed, refuseUntilDue } from './refuse-early-end.ts';
import { type InDatabase, ownsAnything, releaseObjects } from './release-objects.ts';
import { underTheirPath } from './search-path.ts';
import { inTransaction, type Session } from './session.ts';
import { BE_PATIENT, lockUser } from './user-lock.ts';

/** What ending a user leaves to be proven. */
export interface EndedUser {
  /** undefined when the role was gone before we could ask. */
  readonly oid: number | undefined;
  /** What is worth telling besides, in words. */
  readonly notes: readonly string[];
}

/** What ending takes besides the user. */
export interface EndTools {
  /** The role's own revocation statements. */
  readonly statements: readonly string[];
  readonly marker: Marker;
  readonly inDatabase: InDatabase;
  /** On the other servers of the connection, of a role that may not log in any more. */
  shutOutElsewhere(oid: number): Promise<void>;
  /** There when its time has come by our own clock and nobody has asked for its end. */
  readonly expiry: UserEnd['expiry'];
}

/**
 * Ends a user, from whatever state it is in: no more logins, no sessions, the role's own revocation statements, nothing owned,
 * no role. Each step stands on its own, so that an attempt that fails half-way only has less left to do; where there is
 * neither a session nor anything owned it is three round trips.
 *
 * Throws `target-unavailable` or what the server said; the caller tries again.
 */
export async function endUser(session: Session, user: DatabaseUser, tools: EndTools): Promise<EndedUser> {
  // The lock is let go at once: that it could be had shows that no transaction of ours on this user is open any more.
  const [role] = await session.batch<PostgresRole>([lockUser(user.lease), selectRole(user.name, user.oid)]);
  if (!role) {
    if (user.oid !== undefined) {
      await endSessions(session, user.oid);
      await tools.shutOutElsewhere(user.oid);
    }
    return { oid: user.oid, notes: ['the role was already gone'] };
  }
  if (!isOurs(tools.marker, role, user)) {
    // The one in its place is not ours to touch; sessions of ours may have outlived its role.
    if (user.oid !== undefined) await endSessions(session, user.oid);
    throw new KeywardenError(
      'target-unavailable',
      `the role ${user.name} does not carry our mark any more: somebody replaced it, so it is left alone`,
    );
  }
  refuseIfRenewed(tools, role);
  const isFree = await disable(session, role.name, role.oid);
  await tools.shutOutElsewhere(role.oid);
  refuseUntilDue(tools.expiry, role);
  if (isFree && tools.statements.length === 0) {
    await dropRole(session, role.name);
    return { oid: role.oid, notes: [] };
  }
  const notes = await runRevocation(session, role.name, tools.statements);
  // Those statements may have dropped it.
  if (await findRole(session, role.name)) {
    await releaseObjects(session, { name: role.name, oid: role.oid }, tools.inDatabase);
    await dropRole(session, role.name);
  }
  return { oid: role.oid, notes };
}

async function dropRole(session: Session, name: string): Promise<void> {
  await session.batch([BE_PATIENT, `DROP ROLE IF EXISTS ${quoteIdentifier(name)}`]);
}

/**
 * No more logins, and no session. @returns whether the user owns nothing and was granted nothing.
 *
 * A session that found the role still allowed to log in may turn up a moment after our look. A superuser finds and ends it
 * at the proof, which looks again; anybody else could end it no more once the role is dropped, and looks twice now.
 */
async function disable(session: Session, name: string, oid: number): Promise<boolean> {
  const broker = await findBroker(session);
  const [seen] = await session.batch<{ open: string; owns: boolean }>([
    unlockRoles([oid]),
    'BEGIN',
    BE_PATIENT,
    ...membership(broker, name),
    `ALTER ROLE ${quoteIdentifier(name)} NOLOGIN`,
    // The look comes after it holds for everybody.
    'COMMIT',
    `SELECT ${terminateSessions(oid)} AS open, ${ownsAnything(oid)} AS owns`,
  ]);
  if (Number(seen?.open) > 0 || !broker.superuser) await endSessions(session, oid);
  return seen?.owns === false;
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
      const filled = statements.map((statement) => fillTemplate(statement, { username: name }));
      for (const statement of underTheirPath(filled)) await session.query(statement);
    });
    return [];
  } catch (error) {
    const code = codeOf(error);
    // Without an SQLSTATE it was not the statement that failed.
    if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) throw error;
    return [`the role's own revocation statements failed (${code}) and were undone`];
  }
}
