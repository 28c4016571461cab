import { setTimeout as pause } from 'node:timers/promises';
import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import { errorOf } from '../broker/broker-reply.ts';
import type { WatchedPath } from './reveal-references.ts';

/** How long one question waits at the broker, and how long we wait while there is none. */
const WAIT = '45s';
const TRY_AGAIN = 5_000;

/**
 * Resolves when something at one of the paths has changed since it was read, never when there is nothing to wait for.
 * While the broker is away or sealed it tries on; what is refused is said once and waited for no more. Nor when it is aborted.
 */
export async function nextChange(
  client: BrokerClient,
  paths: readonly WatchedPath[],
  warn: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.race(paths.map((watched) => changeOf(client, watched, warn, signal)));
}

async function changeOf(
  client: BrokerClient,
  { path, index }: WatchedPath,
  warn: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const reply = await client.ask({
        verb: 'GET',
        path,
        query: { index: String(index), wait: WAIT },
        signal,
      });
      // Deleted is a change as well: what to make of it is for the caller.
      if (reply.status === 200 || reply.status === 404) return;
      if (reply.status !== 304) throw errorOf(reply);
    } catch (thrown) {
      const { code, message } = asKeywardenError(thrown);
      if (signal.aborted) break;
      const passing = code === 'sealed' || code === 'not-running' || code === 'ledger-unavailable';
      if (!passing) {
        warn(`changes of ${path} are not seen any more: ${message}`);
        break;
      }
      await pause(TRY_AGAIN, undefined, { signal }).catch(() => undefined);
    }
  }
  await new Promise<never>(() => {});
}
