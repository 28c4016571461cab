import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

/** A deadline that is later by more than this many milliseconds is not what we have set. */
const CLEARLY_LATER = 120_000;

/** There when a user's time has come and nobody has asked for its end: the server's own clock is asked too. */
export interface OwnEnd {
  /** The deadline by the server's clock that this vault knows of, in milliseconds since 1970. */
  readonly expected: number | undefined;
  /** Our own clock has jumped forward: nothing may be destroyed before the server's says so. */
  readonly isInDoubt: boolean;
}

/** What a server says of a user's end, by its own clock; milliseconds since 1970. */
export interface HeldDeadline {
  /** As its mark says it; undefined where it has none that holds. */
  readonly until: number | undefined;
  readonly now: number;
}

/**
 * A vault that was put back from a backup does not know of renewals since then. The mark does, and it cannot be forged:
 * such a user stays as it is, and the next reconciliation learns its deadline. Throws `target-unavailable` then.
 */
export function refuseIfRenewed(expiry: OwnEnd | undefined, { until, now }: HeldDeadline): void {
  if (expiry?.expected === undefined || until === undefined || until <= now) return;
  if (until - expiry.expected <= CLEARLY_LATER) return;
  throw new KeywardenError(
    'target-unavailable',
    'the server holds a later deadline with the mark of this vault: a copy of it has renewed the user, which is left as it is',
  );
}

/**
 * After a jump of our clock the user is disabled and has no session any more; removing it waits for the server's clock.
 * Throws `target-unavailable` until then.
 */
export function refuseUntilDue(expiry: OwnEnd | undefined, { until, now }: HeldDeadline): void {
  if (!expiry?.isInDoubt || until === undefined || until - now <= CLEARLY_LATER) return;
  throw new KeywardenError(
    'target-unavailable',
    `this machine's clock has jumped, and by the server's the user has ${Math.ceil((until - now) / 60_000)} minutes left: it is disabled, and removed then or when a person revokes it`,
  );
}
