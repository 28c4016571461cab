import { setTimeout as sleep } from 'node:timers/promises';
import { asKeywardenError, KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import { openBroker } from '../broker/open-broker.ts';
import { type Invocation, optionFlag } from '../command.ts';
import { tell } from '../surroundings.ts';

/** Milliseconds between two looks. */
const LOOK_AGAIN = 500;

/** Finds an unsealed broker; with `--wait` for as long as it takes. Throws `sealed` or `not-running` without it. */
export async function reachBroker(invocation: Invocation, signal: AbortSignal): Promise<BrokerClient> {
  const wait = optionFlag(invocation, 'wait');
  for (let told = false; ; told = true) {
    try {
      // Anew each time: the token of kw login may come only when the desktop is unlocked.
      const client = await openBroker(invocation);
      const { status, body } = await client.ask({ verb: 'GET', path: 'sys/seal-status', signal });
      if (status === 200 && body?.['sealed'] === false) return client;
      throw new KeywardenError('sealed');
    } catch (thrown) {
      const error = asKeywardenError(thrown);
      if (!wait || (error.code !== 'sealed' && error.code !== 'not-running')) throw error;
      if (!told) tell(invocation.surroundings, `${error.message} Waiting for it.`);
    }
    await sleep(LOOK_AGAIN, undefined, { signal });
  }
}
