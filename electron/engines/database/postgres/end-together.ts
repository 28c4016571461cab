import { membership } from './become-member.ts';
import type { DatabaseUser } from './database-user.ts';
import { unlockRoles } from './end-sessions.ts';
import type { EndTools } from './end-user.ts';
import { findBroker, type PostgresRole, selectRoles } from './postgres-role.ts';
import { proveRefused, type TryLogin } from './prove-dead.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { refuseIfRenewed, refuseUntilDue } from './refuse-early-end.ts';
import type { Session } from './session.ts';
import { BE_PATIENT, lockUsers } from './user-lock.ts';

/** One of many users whose end is worked on together. */
export interface UserInGroup {
  readonly user: DatabaseUser;
  readonly expiry: EndTools['expiry'];
  /** undefined when its password is erased already. */
  readonly tryLogin: TryLogin | undefined;
}

type Tools = Pick<EndTools, 'marker'>;
type FoundUser = UserInGroup & { readonly role: PostgresRole };

/** So many logins of one group are tried at once: each costs the server a process. */
const LOGINS_AT_ONCE = 4;

/**
 * Ends users of which each is what we have made, has no session and owns nothing, with the same steps in the same order as one
 * by itself, in five round trips for all of them. Whoever is anything else is left as far as it got, for its own end.
 *
 * @returns for each how its death was shown, or undefined. Throws what the server said: then nothing is known of any.
 */
export async function endTogether(
  session: Session,
  users: readonly UserInGroup[],
  tools: Tools,
): Promise<readonly (readonly string[] | undefined)[]> {
  const found = await findOurs(session, users, tools);
  const free = found.length === 0 ? [] : await disableAll(session, found);
  if (free.length === 0) return users.map(() => undefined);
  const names = free.map(({ role }) => quoteIdentifier(role.name));
  await session.batch([BE_PATIENT, `DROP ROLE IF EXISTS ${names.join(', ')}`]);
  const refusals = await tryAll(free);
  // After the logins: one that was under way when its user was disabled has turned up by now.
  const left = await lookForAny(session, free);
  const shown = new Map(
    free.map((user) => {
      const refused = refusals.get(user);
      const isGone = refused && !left(user);
      return [user.user, isGone ? ['no such role', 'no session', ...refused] : undefined];
    }),
  );
  return users.map(({ user }) => shown.get(user));
}

/** Those that are there, ours by their OID, and due. The locks are let go at once: nothing of ours is under way on them any more. */
async function findOurs(
  session: Session,
  users: readonly UserInGroup[],
  { marker }: Tools,
): Promise<FoundUser[]> {
  const known = users.filter(({ user }) => user.oid !== undefined);
  if (known.length === 0) return [];
  const roles = await session.batch<PostgresRole>([
    lockUsers(known.map(({ user }) => user.lease)),
    selectRoles(known.map(({ user }) => user.oid ?? 0)),
  ]);
  const byOid = new Map(roles.map((role) => [role.oid, role]));
  return known.flatMap((user) => {
    const role = byOid.get(user.user.oid ?? 0);
    return role && isDue({ marker, expiry: user.expiry }, role) ? [{ ...user, role }] : [];
  });
}

function isDue(tools: Tools & Pick<EndTools, 'expiry'>, role: PostgresRole): boolean {
  try {
    refuseIfRenewed(tools, role);
    refuseUntilDue(tools.expiry, role);
    return true;
  } catch {
    return false;
  }
}

/** No more logins for any of them. @returns those without a session that neither own anything nor were granted anything. */
async function disableAll(session: Session, users: readonly FoundUser[]): Promise<readonly FoundUser[]> {
  const broker = await findBroker(session);
  const look = lookAtAll(users.map(({ role }) => role.oid));
  const seen = await session.batch<Seen>([
    unlockRoles(users.map(({ role }) => role.oid)),
    'BEGIN',
    BE_PATIENT,
    ...users.flatMap(({ role }) => [
      ...membership(broker, role.name),
      `ALTER ROLE ${quoteIdentifier(role.name)} NOLOGIN`,
    ]),
    'COMMIT',
    look,
  ]);
  // As for one alone: without superuser a session that turns up late could be ended no more once its role is dropped.
  const again = broker.superuser ? [] : await session.batch<Seen>(['SELECT pg_sleep(0.05)', look]);
  const busy = new Set([...seen, ...again].map(({ oid }) => oid));
  return users.filter(({ role }) => !busy.has(role.oid));
}

interface Seen {
  readonly oid: number;
}

/** Ends their sessions, and names those that had one, own something or were granted something. See `ownsAnything`. */
function lookAtAll(oids: readonly number[]): string {
  const these = `IN (${oids.map(Number)})`;
  return `SELECT oid::int8::float8 AS oid FROM (
      SELECT usesysid AS oid, count(pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity WHERE usesysid ${these} GROUP BY usesysid
      UNION ALL SELECT refobjid, 0 FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::regclass
        AND refobjid ${these} AND classid <> 'pg_catalog.pg_auth_members'::regclass
      UNION ALL SELECT grantor, 0 FROM pg_catalog.pg_auth_members WHERE grantor ${these}
      UNION ALL SELECT owner, 0 FROM pg_catalog.pg_prepared_xact() AS p (transaction, gid, prepared, owner, database)
        WHERE owner ${these}
    ) AS seen`;
}

/** Tries each password. @returns what the server has refused; without a login that it let in, or that told nothing. */
async function tryAll(users: readonly FoundUser[]): Promise<ReadonlyMap<FoundUser, readonly string[]>> {
  const refusals = new Map<FoundUser, readonly string[]>();
  const waiting = users.values();
  const lane = async () => {
    for (const user of waiting) {
      const refused = user.tryLogin ? [proveRefused(user.tryLogin)] : [];
      await Promise.all(refused).then(
        (words) => refusals.set(user, words),
        () => undefined,
      );
    }
  };
  await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, lane));
  return refusals;
}

/** Looks for roles by name and OID and for sessions by OID. @returns whether anything of a user was there. */
async function lookForAny(session: Session, users: readonly FoundUser[]) {
  const names = users.map(({ user }) => quoteLiteral(user.name));
  const oids = users.map(({ role }) => role.oid);
  const rows = await session.query<{ oid: number; name: string | null }>(
    `SELECT oid::int8::float8 AS oid, name FROM (
      SELECT oid, rolname AS name FROM pg_catalog.pg_roles WHERE rolname IN (${names})
      UNION ALL SELECT oid, rolname FROM pg_catalog.pg_roles WHERE oid IN (${oids})
      UNION ALL SELECT usesysid, NULL FROM pg_catalog.pg_stat_activity WHERE usesysid IN (${oids})
    ) AS seen`,
  );
  const seen = new Set<number | string | null>(rows.flatMap(({ oid, name }) => [oid, name]));
  return ({ user, role }: FoundUser) => seen.has(role.oid) || seen.has(user.name);
}
