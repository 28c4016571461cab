import { quoteLiteral } from './quote.ts';

/** How long one may wait for another operation on the same user. */
const PATIENCE = '5s';

/**
 * The statement that makes creating and ending one user exclude each other on the server, even when a cut connection left
 * its last statement in flight: whoever holds the lock knows that the other's transaction is over. It holds until the
 * transaction ends, and fails with 55P03 after five seconds.
 */
export function lockUser(lease: string): string {
  return `SELECT set_config('lock_timeout', '${PATIENCE}', true),
    pg_advisory_xact_lock(hashtextextended(${quoteLiteral(`keywarden:${lease}`)}, 0))`;
}

/** The same for many users at once. */
export function lockUsers(leases: readonly string[]): string {
  const names = leases.map((lease) => quoteLiteral(`keywarden:${lease}`));
  return `SELECT set_config('lock_timeout', '${PATIENCE}', true),
    count(pg_advisory_xact_lock(hashtextextended(name, 0))) FROM unnest(ARRAY[${names}]) AS name`;
}
