import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { becomeMember } from './become-member.ts';
import { codeOf } from './error-words.ts';
import { findBroker } from './postgres-role.ts';
import { quoteIdentifier } from './quote.ts';
import type { Session } from './session.ts';

const ALREADY_THERE = '42710';

/**
 * The role that inherits what dead users owned: it may not log in and has no rights, so that a SECURITY DEFINER function of a
 * dead user gains none. One per broker user, because only its maker may hand it anything.
 *
 * @returns its name. Throws `target-unavailable` when somebody gave it rights.
 */
export async function ensureKeeper(session: Session): Promise<string> {
  const broker = await findBroker(session);
  const name = `keywarden_keeper_${broker.oid}`;
  if (await isMissing(session, name)) {
    try {
      await session.query(`CREATE ROLE ${quoteIdentifier(name)} NOLOGIN`);
    } catch (error) {
      if (codeOf(error) !== ALREADY_THERE) throw error;
    }
    await becomeMember(session, name);
  }
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

async function isMissing(session: Session, name: string): Promise<boolean> {
  const rows = await session.query('SELECT FROM pg_catalog.pg_roles WHERE rolname = $1', [name]);
  return rows.length === 0;
}
