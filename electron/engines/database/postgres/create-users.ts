import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { membership } from './become-member.ts';
import type { DatabaseUser } from './database-user.ts';
import { instantText, setDeadline, writeInstant } from './deadline.ts';
import { codeOf } from './error-words.ts';
import { fillTemplate } from './fill-template.ts';
import { type Marker, markRole } from './mark-role.ts';
import { findBroker } from './postgres-role.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { underTheirPath } from './search-path.ts';
import { serverIdentity } from './server-identity.ts';
import { rollBack, type Session } from './session.ts';
import { lockUsers } from './user-lock.ts';

/** What a new user is made of. */
export interface NewUser {
  readonly user: DatabaseUser;
  /** One statement each, with placeholders. */
  readonly statements: readonly string[];
  /** What `{{password}}` becomes: a SCRAM verifier, or the password itself. */
  readonly passwordText: string;
  /** Seconds. */
  readonly ttl: number;
  /** When that is by our own clock, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What the server made of it. */
export interface CreatedUser {
  readonly oid: number;
  /** The deadline by the database's clock, as its mark says it. */
  readonly until: string;
  /** On which server, where that tells. */
  readonly server?: string;
}

interface MadeRole {
  readonly name: string;
  readonly oid: number;
  readonly validUntil: string;
  /** The database's clock, in milliseconds since 1970. */
  readonly now: number;
}

/** Milliseconds that our clock and the database's may differ before a deadline by ours is put right. */
const SAME_TIME = 1000;

const DIVISION_BY_ZERO = '22012';
const ALREADY_THERE = '42710';

/**
 * Creates users in one transaction, each with its deadline and its mark: all of them, or none. Two round trips: what makes the
 * roles, and what only a role that exists can be given, because the mark is signed for its OID.
 *
 * Throws what the server said, and then none is there; `isTaken` tells whether one of the names is.
 */
export async function createUsers(
  session: Session,
  users: readonly NewUser[],
  marker: Marker,
): Promise<readonly CreatedUser[]> {
  const broker = await findBroker(session);
  const server = await serverIdentity(session);
  try {
    const roles = await session.batch<MadeRole>([
      'BEGIN',
      lockUsers(users.map(({ user }) => user.lease)),
      refuseTaken(users.map(({ user }) => user.name)),
      ...underTheirPath(users.flatMap(creation)),
      selectMade(users.map(({ user }) => user.name)),
    ]);
    const made = users.map((wanted) => ({ ...wanted, ...findMade(roles, wanted) }));
    await session.batch([
      ...made.flatMap(({ user, role, until }) => [
        ...membership(broker, user.name),
        ...(role.validUntil === until ? [] : [setDeadline(user.name, until)]),
        markRole(marker, user, { oid: role.oid, until }),
      ]),
      'COMMIT',
    ]);
    return made.map(({ role, until }) => ({
      oid: role.oid,
      until,
      ...(server === undefined ? {} : { server }),
    }));
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

/** Whether a creation failed because a role of such a name exists. */
export function isTaken(error: unknown): boolean {
  const code = codeOf(error);
  return code === DIVISION_BY_ZERO || code === ALREADY_THERE;
}

/** Nothing may be run on a role that is somebody else's. Looks at a cache of the server's: a query of the catalog would be planned. */
function refuseTaken(names: readonly string[]): string {
  return `SELECT ${names.map((name) => `1 / (to_regrole(${quoteLiteral(quoteIdentifier(name))}) IS NULL)::int`)}`;
}

function creation({ user, statements, passwordText, expiresAt }: NewUser): readonly string[] {
  const values = { username: user.name, password: passwordText, expiration: writeInstant(expiresAt) };
  return statements.map((statement) => fillTemplate(statement, values));
}

function selectMade(names: readonly string[]): string {
  return `SELECT rolname AS name, oid::int8::float8 AS oid, ${instantText('rolvaliduntil')} AS "validUntil",
      extract(epoch FROM clock_timestamp())::float8 * 1000 AS now
    FROM pg_catalog.pg_roles WHERE rolname IN (${names.map(quoteLiteral)})`;
}

/** The role, and the deadline that it has to have: the database's clock is the one that refuses logins. */
function findMade(
  roles: readonly MadeRole[],
  { user, ttl, expiresAt }: NewUser,
): { readonly role: MadeRole; readonly until: string } {
  const role = roles.find(({ name }) => name === user.name);
  if (!role) {
    throw new KeywardenError(
      'target-unavailable',
      'the creation statements made no role of the name {{name}}: write "{{name}}" with the double quotes',
    );
  }
  const due = role.now + ttl * 1000;
  return { role, until: writeInstant(Math.abs(due - expiresAt) <= SAME_TIME ? expiresAt : due) };
}
