import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { codeOf } from './error-words.ts';
import type { Session } from './session.ts';

const NO_RIGHT = '42501';
const NO_SUCH_FUNCTION = '42883';

/**
 * What tells one server from another, whatever its address: the identifier that `initdb` gave to its data, which its
 * standbys and copies share. Undefined where we may not ask. A socket leads to one server, so it is asked once on each. Not inside a transaction: a refusal would end it.
 */
export function serverIdentity(session: Session): Promise<string | undefined> {
  return session.once('identity', () => askIdentity(session));
}

async function askIdentity(session: Session): Promise<string | undefined> {
  try {
    const [row] = await session.query<{ id: string }>(
      'SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()',
    );
    return row?.id;
  } catch (error) {
    const code = codeOf(error);
    if (code === NO_RIGHT || code === NO_SUCH_FUNCTION) return undefined;
    throw error;
  }
}

/**
 * Throws `target-unavailable` when another server answers than the one that made a user. There the user is not found,
 * and its password refused, and neither is a proof.
 *
 * @param made what `serverIdentity` told when the user was made, if it did
 */
export async function requireServer(session: Session, made: string | undefined): Promise<void> {
  if (made === undefined) return;
  const here = await serverIdentity(session);
  if (here === undefined || here === made) return;
  throw new KeywardenError(
    'target-unavailable',
    'another server answers at that address than the one that made the user; if that one is gone for good, force the revocation',
  );
}
