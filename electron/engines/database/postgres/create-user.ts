import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { membership } from './become-member.ts';
import type { DatabaseUser } from './database-user.ts';
import { databaseDeadline, instantText, setDeadline } from './deadline.ts';
import { fillTemplate } from './fill-template.ts';
import { isOurs, type Marker, markRole } from './mark-role.ts';
import { findBroker, findRole } from './postgres-role.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { rollBack, type Session } from './session.ts';
import { lockUser } from './user-lock.ts';

/** What a new user is made of. */
export interface NewUser {
  readonly user: DatabaseUser;
  /** One statement each, with placeholders. */
  readonly statements: readonly string[];
  /** What `{{password}}` becomes: a SCRAM verifier, or the password itself. It may still be in the making. */
  readonly passwordText: string | Promise<string>;
  /** Seconds. */
  readonly ttl: number;
}

/** What the server made of it. */
export interface CreatedUser {
  readonly oid: number;
  /** The deadline by the database's clock, as its mark says it. */
  readonly until: string;
}

/**
 * Creates the user in one transaction, with its deadline and its mark. A half-made user cannot stay behind.
 * Three round trips: what the statements need, the statements, and what only a role that exists can be given.
 *
 * Asked again for the same lease it starts over: what an interrupted attempt committed is removed first.
 */
export async function createUser(session: Session, wanted: NewUser, marker: Marker): Promise<CreatedUser> {
  const { user } = wanted;
  const broker = await findBroker(session);
  try {
    const [start] = await session.batch<{ until: string; exists: boolean }>([
      'BEGIN',
      lockUser(user.lease),
      `SELECT ${databaseDeadline(wanted.ttl)} AS until, ${roleExists(user.name)} AS exists`,
    ]);
    if (!start) throw new Error('the server told no time');
    if (start.exists) await removeEarlierAttempt(session, user, marker);
    const { until } = start;
    const values = { username: user.name, password: await wanted.passwordText, expiration: until };
    const [role] = await session.batch<{ oid: number; validUntil: string }>([
      ...wanted.statements.map((statement) => fillTemplate(statement, values)),
      `SELECT oid::int8::float8 AS oid, ${instantText('rolvaliduntil')} AS "validUntil"
       FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(user.name)}`,
    ]);
    if (!role) {
      throw new KeywardenError(
        'target-unavailable',
        'the creation statements made no role of the name {{name}}: write "{{name}}" with the double quotes',
      );
    }
    await session.batch([
      ...membership(broker, user.name),
      ...(role.validUntil === until ? [] : [setDeadline(user.name, until)]),
      markRole(marker, user, { oid: role.oid, until }),
      'COMMIT',
    ]);
    return { oid: role.oid, until };
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

/** A look at a cache of the server's, where a query of the catalog would be planned anew each time. */
function roleExists(name: string): string {
  return `to_regrole(${quoteLiteral(quoteIdentifier(name))}) IS NOT NULL`;
}

/** Nobody was given its password yet, so it owns nothing and has no session. */
async function removeEarlierAttempt(session: Session, user: DatabaseUser, marker: Marker): Promise<void> {
  const earlier = await findRole(session, user.name);
  if (!earlier) return;
  if (!isOurs(marker, earlier, user)) {
    throw new KeywardenError('target-unavailable', `a role ${user.name} that is not ours exists already`);
  }
  await session.batch([
    ...membership(await findBroker(session), user.name),
    `DROP OWNED BY ${quoteIdentifier(user.name)}`,
    `DROP ROLE ${quoteIdentifier(user.name)}`,
  ]);
}
