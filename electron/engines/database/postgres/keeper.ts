import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { membership } from './become-member.ts';
import { codeOf } from './error-words.ts';
import { type Broker, findBroker } from './postgres-role.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import type { Session } from './session.ts';

const ALREADY_THERE = '42710';

/**
 * The role that inherits what a dead user owned: it may not log in and has no rights, so that a SECURITY DEFINER function of a
 * dead user gains none. One for each user that owned anything, because such a function may do whatever its owner may with
 * what else that one owns; and for each broker, because only its maker may hand a role anything.
 *
 * @returns its name. Throws `target-unavailable` when somebody gave it rights.
 */
export async function ensureKeeper(session: Session, user: number): Promise<string> {
  const broker = await findBroker(session);
  const name = `keywarden_keeper_${broker.oid}_${user}`;
  await dropIdleKeepers(session);
  await make(session, broker, name);
  const [powers] = await session.query<{ powers: boolean }>(
    `SELECT rolsuper OR rolcanlogin OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
       OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) AS powers
     FROM pg_catalog.pg_roles r WHERE rolname = $1`,
    [name],
  );
  if (powers?.powers !== false) {
    throw new KeywardenError(
      'target-unavailable',
      `the role ${name} must have no rights, but somebody gave it some`,
    );
  }
  return name;
}

/** With our membership in one step: without that it could be handed nothing, ever. */
async function make(session: Session, broker: Broker, name: string): Promise<void> {
  try {
    await session.batch([`CREATE ROLE ${quoteIdentifier(name)} NOLOGIN`, ...membership(broker, name)]);
  } catch (error) {
    if (codeOf(error) !== ALREADY_THERE) throw error;
    for (const statement of membership(broker, name)) await session.query(statement);
  }
}

/** Drops our keepers of which everything is gone, so that they do not become ever more; not of a user that is just ending. */
export async function dropIdleKeepers(session: Session): Promise<void> {
  const broker = await findBroker(session);
  const idle = await session.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_catalog.pg_roles k
     WHERE rolname ~ ${quoteLiteral(`^keywarden_keeper_${broker.oid}(_[0-9]+)?$`)}
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::regclass
         AND refobjid = k.oid AND classid <> 'pg_catalog.pg_auth_members'::regclass)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles u WHERE u.oid::text = split_part(k.rolname, '_', 4))
     LIMIT 100`,
  );
  for (const { name } of idle) {
    // Somebody else may be at it, and it is there the next time.
    await session.query(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}`).catch(() => []);
  }
}
