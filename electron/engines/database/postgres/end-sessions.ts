import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { codeOf } from './error-words.ts';
import { findBroker } from './postgres-role.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import type { Session } from './session.ts';

const NO_RIGHT = '42501';

/** How often we look in one attempt: with 50 ms between, two seconds. */
export const LOOKS = 40;

/**
 * An expression that tells every session that logged in as the role to end, and how many there are. By OID: a session
 * that did SET ROLE keeps it, and so does one whose role is already dropped.
 */
export function terminateSessions(oid: number): string {
  return `(SELECT count(pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity WHERE usesysid = ${Number(oid)})`;
}

/**
 * The statement that tells sessions to end before their roles are touched: one that has changed its own password in a transaction
 * that it leaves open would keep us waiting for its lock, and itself alive. Where we may not, it leaves them alone.
 */
export function unlockRoles(oids: readonly number[]): string {
  return `SELECT count(pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
    WHERE usesysid IN (${oids.map(Number)}) AND pg_has_role(usesysid, 'USAGE')`;
}

/**
 * Ends every session that logged in as the role, until two looks in a row find none.
 * Throws `target-unavailable` when sessions are still there after two seconds.
 */
export async function endSessions(session: Session, oid: number): Promise<void> {
  let quietLooks = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    quietLooks = (await terminate(session, oid)) === 0 ? quietLooks + 1 : 0;
    if (quietLooks === 2) return;
    // The server waits, so that no clock is needed here.
    await session.query('SELECT pg_sleep(0.05)');
  }
  throw new KeywardenError('target-unavailable', 'the user is disabled, but a session of it does not end');
}

/** @returns how many there were */
async function terminate(session: Session, oid: number): Promise<number> {
  try {
    const [seen] = await session.query<{ open: string }>(`SELECT ${terminateSessions(oid)} AS open`);
    return Number(seen?.open);
  } catch (error) {
    if (codeOf(error) !== NO_RIGHT) throw error;
    const { name } = await findBroker(session);
    throw new KeywardenError(
      'target-unavailable',
      `a session of the user is still open, and since somebody else has dropped or raised its role we may not end it: a database administrator must end it, or run GRANT pg_signal_backend TO ${quoteIdentifier(name)}`,
    );
  }
}

/** How many sessions of an account are open. */
export async function countSessions(session: Session, name: string): Promise<number> {
  const [row] = await session.query<{ open: number }>(
    `SELECT count(*)::int AS open FROM pg_catalog.pg_stat_activity WHERE usename = ${quoteLiteral(name)}`,
  );
  return row?.open ?? 0;
}
