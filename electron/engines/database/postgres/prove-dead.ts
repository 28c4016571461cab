import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { codeOf } from './error-words.ts';
import { quoteLiteral } from './quote.ts';
import type { Session } from './session.ts';

const WRONG_PASSWORD = '28P01';
const MAY_NOT_LOG_IN = '28000';

/** Tries to log in; resolves when that worked. */
export type TryLogin = () => Promise<void>;

/**
 * Shows that a user is dead: its password refused, no role, and no session. Anything that is not one of these answers is
 * unknown, never proof: throws `target-unavailable` with the reason, or what the server said.
 *
 * The sessions are looked at last, some time after the user was disabled: a login that was under way then has turned up.
 *
 * @param tryLogin tries the recorded password; undefined when it is erased already
 */
export async function proveDead(
  session: Session,
  user: { readonly name: string; readonly oid: number | undefined },
  tryLogin: TryLogin | undefined,
): Promise<string[]> {
  const refused = tryLogin ? [await proveRefused(tryLogin)] : [];
  await proveGone(session, user);
  return ['no such role', 'no session', ...refused];
}

/** Shows that a server has neither the role nor a session of it. Throws `target-unavailable` where it has. */
export async function proveGone(
  session: Session,
  user: { readonly name: string; readonly oid: number | undefined },
): Promise<void> {
  const { oid } = user;
  const byOid = oid === undefined ? '' : ` OR oid = ${Number(oid)}`;
  // Without the OID any session of a role that is no more might be its.
  const itsSession =
    oid === undefined
      ? 'usesysid IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = a.usesysid)'
      : `usesysid = ${Number(oid)}`;
  const [left] = await session.query<{ role: boolean; session: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(user.name)}${byOid}) AS role,
       EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE ${itsSession}) AS session`,
  );
  if (left?.role !== false) throw alive('the role is still there');
  if (left.session) throw alive('a session of the user, or of a dropped role, is still open');
}

/** Shows that a password opens nothing. Throws `target-unavailable` where it does, and what the server or the network said. */
export async function proveRefused(tryLogin: TryLogin): Promise<string> {
  try {
    await tryLogin();
  } catch (error) {
    const code = refusalOf(error);
    if (code !== undefined) return `login refused: ${code}`;
    throw error;
  }
  throw alive('its password still opens the door');
}

/**
 * The code of a login that the server refused for its credentials; undefined when it failed for anything else. With 28000
 * the server's function tells apart what its words, which may be translated, say: pg_hba.conf is no proof.
 */
export function refusalOf(error: unknown): string | undefined {
  const code = codeOf(error);
  const byRole = (error as { routine?: unknown }).routine === 'InitializeSessionUserId';
  return code === WRONG_PASSWORD || (code === MAY_NOT_LOG_IN && byRole) ? code : undefined;
}

function alive(words: string): KeywardenError {
  return new KeywardenError('target-unavailable', words);
}
