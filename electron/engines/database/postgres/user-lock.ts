import { quoteLiteral } from './quote.ts';

/** How long one may wait for a lock that somebody else has. */
const PATIENCE = "set_config('lock_timeout', '5s', true)";

/**
 * The statement after which, for the rest of the transaction, a lock that somebody else keeps fails with 55P03 after five seconds.
 * The server would wait on long after we have hung up, with one more of its processes for each attempt.
 */
export const BE_PATIENT = `SELECT ${PATIENCE}`;

/**
 * The statement that makes creating and ending one user exclude each other on the server, even when a cut connection left
 * its last statement in flight: whoever holds the lock knows that the other's transaction is over. It holds until the
 * transaction ends, and fails with 55P03 after five seconds.
 */
export function lockUser(lease: string): string {
  return `SELECT ${PATIENCE},
    pg_advisory_xact_lock(hashtextextended(${quoteLiteral(`keywarden:${lease}`)}, 0))`;
}

/** The same for many users at once. */
export function lockUsers(leases: readonly string[]): string {
  const names = leases.map((lease) => quoteLiteral(`keywarden:${lease}`));
  return `SELECT ${PATIENCE},
    count(pg_advisory_xact_lock(hashtextextended(name, 0))) FROM unnest(ARRAY[${names}]) AS name`;
}
