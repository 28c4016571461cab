import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { createWorkQueue } from './work-queue.ts';

const generate = promisify(generateKeyPair);

/** Which pair of keys is wanted. */
export type WantedKeyPair =
  | { readonly type: 'rsa'; readonly bits: number }
  | { readonly type: 'ec'; readonly curve: string }
  | { readonly type: 'ed25519' };

/** RSA keys longer than this take seconds, or a minute. */
const LONG = 3072;

/**
 * How many RSA keys are made at once. Long ones stand in a queue of their own, so that they hold nobody else up; together
 * they leave one of the four threads of the pool to the ledger, whose writes go over the same.
 */
const SHORT_KEYS = createWorkQueue({ what: 'keys', atOnce: 2, waiting: 64 });
const LONG_KEYS = createWorkQueue({ what: 'keys', atOnce: 1, waiting: 8 });

/**
 * Makes a pair of keys outside of the loop, RSA keys one after the other. Throws `too-many-requests` where too many wait
 * already, and `cancelled` when the signal aborts ahead of its turn.
 */
export async function makeKeyPair(wanted: WantedKeyPair, signal?: AbortSignal): Promise<KeyObject> {
  switch (wanted.type) {
    case 'rsa': {
      const queue = wanted.bits > LONG ? LONG_KEYS : SHORT_KEYS;
      return queue.run(
        async () => (await generate('rsa', { modulusLength: wanted.bits })).privateKey,
        signal,
      );
    }
    case 'ec':
      return (await generate('ec', { namedCurve: wanted.curve })).privateKey;
    default:
      return (await generate(wanted.type, {})).privateKey;
  }
}
