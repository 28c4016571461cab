import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Clock } from '../ports.ts';
import { readJwks, type VerifyKey } from './verify-jwt.ts';

/** A set of keys is believed for so long. */
const FRESH_FOR = 5 * 60_000;
/** A token that names a key we do not know makes us look again, but no more often than this. */
const LOOK_AGAIN_AFTER = 10_000;
const ANSWER_WITHIN = 5_000;
const MOST_BYTES = 256 * 1024;
const REMEMBERED = 100;

/** Where keys come from, and who may sign for that server. */
export interface JwksSource {
  readonly url: string;
  readonly caPem: string;
}

/** The keys behind a URL, fetched when they are needed. Throws `login-failed` where there are none. */
export type FetchJwks = (source: JwksSource, keyId: string | undefined) => Promise<readonly VerifyKey[]>;

interface Known {
  readonly keys: readonly VerifyKey[];
  readonly at: number;
}

/** Keys in memory, by URL: one fetch at a time for each, bounded in time and size. */
export function createJwksFetcher(clock: Clock): FetchJwks {
  const known = new Map<string, Known>();
  const running = new Map<string, Promise<Known>>();

  const fetchOnce = (name: string, source: JwksSource): Promise<Known> => {
    const before = running.get(name);
    if (before !== undefined) return before;
    const work = fetchText(source)
      .then((text) => {
        const fetched = { keys: readJwks(text), at: clock.now() };
        known.delete(name);
        known.set(name, fetched);
        if (known.size > REMEMBERED) known.delete(known.keys().next().value ?? '');
        return fetched;
      })
      .catch((cause: unknown) => {
        throw new KeywardenError('login-failed', 'error fetching the JWKS', { cause });
      })
      .finally(() => running.delete(name));
    running.set(name, work);
    return work;
  };

  return async (source, keyId) => {
    const name = JSON.stringify(source);
    const held = known.get(name);
    const age = held ? clock.now() - held.at : Number.POSITIVE_INFINITY;
    const isMissing = keyId !== undefined && !held?.keys.some(({ id }) => id === undefined || id === keyId);
    if (held && age < FRESH_FOR && !(isMissing && age >= LOOK_AGAIN_AFTER)) return held.keys;
    return (await fetchOnce(name, source)).keys;
  };
}

/** Without following redirects: whoever configured the URL meant that server and no other. */
function fetchText({ url, caPem }: JwksSource): Promise<string> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? httpsGet : httpGet;
    const request = get(
      url,
      { ...(caPem === '' ? {} : { ca: caPem }), agent: false, signal: AbortSignal.timeout(ANSWER_WITHIN) },
      (response) => {
        if (response.statusCode !== 200) {
          request.destroy(new Error(`status ${response.statusCode}`));
          return;
        }
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > MOST_BYTES) request.destroy(new Error('too large'));
          else chunks.push(chunk);
        });
        response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
  });
}
