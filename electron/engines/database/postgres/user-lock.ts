import type { Session } from './session.ts';

/** How long one may wait for another operation on the same user. */
const PATIENCE = '5s';

/**
 * Makes creating and ending one user exclude each other on the server, even when a cut connection left its last statement
 * in flight: whoever holds the lock knows that the other's transaction is over. Throws 55P03 after five seconds.
 */
export async function lockUserInTransaction(session: Session, lease: string): Promise<void> {
  await session.query(
    "SELECT set_config('lock_timeout', $2, true), pg_advisory_xact_lock(hashtextextended($1, 0))",
    [lockName(lease), PATIENCE],
  );
}

/** Waits until no transaction of ours on this user is open any more. */
export async function awaitUserLock(session: Session, lease: string): Promise<void> {
  await session.query('BEGIN');
  await lockUserInTransaction(session, lease);
  await session.query('COMMIT');
}

function lockName(lease: string): string {
  return `keywarden:${lease}`;
}
