import pg from 'pg';
import { clientConfig } from './connection-pools.ts';
import type { ConnectionTarget } from './connection-target.ts';
import { targetError } from './error-words.ts';
import { dropIdleKeepers } from './keeper.ts';
import type { Session } from './session.ts';

/** A throw-away user's session that is open. */
interface Stay {
  leave(): void;
  /** Of the large object that it owns, if it may. */
  readonly object: number | undefined;
}

/**
 * Logs in, makes the user own an object, and stays: for rehearsing that neither keeps it alive. A large object needs no
 * right on any schema; where even that is not allowed, the user owns nothing, as its keycards will.
 */
export async function ownAndStay(target: ConnectionTarget, signal: AbortSignal): Promise<Stay> {
  signal.throwIfAborted();
  const client = new pg.Client(clientConfig(target));
  client.on('error', () => {});
  const leave = () => void client.end().catch(() => {});
  try {
    await client.connect();
  } catch (error) {
    leave();
    throw targetError(error, [target.password]);
  }
  const made = await client
    .query<{ oid: number }>('SELECT pg_catalog.lo_create(0)::int8::float8 AS oid')
    .catch(() => undefined);
  return { leave, object: made?.rows[0]?.oid };
}

/** Removes what a throw-away user has left: its object, which its keeper has now, and the keeper. */
export async function putAway(session: Session, object: number): Promise<void> {
  await session.query(`SELECT lo_unlink(${Number(object)})`);
  await dropIdleKeepers(session);
}
