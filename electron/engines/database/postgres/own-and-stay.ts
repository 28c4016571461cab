import pg from 'pg';
import { clientConfig } from './connection-pools.ts';
import type { ConnectionTarget } from './connection-target.ts';
import { targetError } from './error-words.ts';

/**
 * Logs in, makes the user own an object, and stays: for rehearsing that neither keeps it alive. A large object needs no
 * right on any schema; where even that is not allowed, the user owns nothing, as its keycards will.
 *
 * @returns how to leave
 */
export async function ownAndStay(target: ConnectionTarget, signal: AbortSignal): Promise<() => void> {
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
  await client.query('SELECT lo_create(0)').catch(() => {});
  return leave;
}
