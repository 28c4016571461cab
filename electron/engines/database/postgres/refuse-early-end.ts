import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { UserEnd } from '../database-plugin.ts';
import { claimedMark, type Marker, readMark } from './mark-role.ts';
import type { PostgresRole } from './postgres-role.ts';

/** A deadline that is later by more than this many seconds is not what we have set. */
const CLEARLY_LATER = 120;

/**
 * A vault that was put back from a backup does not know of renewals since then. The mark does, and it cannot be forged:
 * such a user stays as it is, and the next reconciliation learns its deadline. Throws `target-unavailable` then.
 */
export function refuseIfRenewed(
  { expiry, marker }: { readonly expiry: UserEnd['expiry']; readonly marker: Marker },
  role: PostgresRole,
): void {
  if (expiry?.expected === undefined) return;
  const until = Date.parse(claimedMark(role.comment)?.until ?? '');
  // Anything may claim a deadline; its signature is worth a look only where that would make a difference.
  if (!(until - expiry.expected > CLEARLY_LATER * 1000) || until <= role.now) return;
  if (!readMark(marker, role.name, role)) return;
  throw new KeywardenError(
    'target-unavailable',
    'the database holds a later deadline with the mark of this vault: a copy of it has renewed the user, which is left as it is',
  );
}

/**
 * After a jump of our clock the user is disabled and has no session any more; what it owns waits for the database's clock.
 * Throws `target-unavailable` until then.
 */
export function refuseUntilDue(expiry: UserEnd['expiry'], role: PostgresRole): void {
  if (!expiry?.isInDoubt || role.validUntil === '') return;
  const left = (Date.parse(role.validUntil) - role.now) / 1000;
  if (!(left > CLEARLY_LATER)) return;
  throw new KeywardenError(
    'target-unavailable',
    `this machine's clock has jumped, and by the database's the user has ${Math.ceil(left / 60)} minutes left: it is disabled, and removed then or when a person revokes it`,
  );
}
