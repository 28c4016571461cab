import { hash } from 'node:crypto';
import { asKeywardenError, KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { CoreResponse } from '../core/request.ts';

/** Requests a second, and so many at once after a pause; 0 is without limit. */
export interface Rates {
  /** Of one token that has proven to be one. */
  readonly identity: number;
  /** Of all others from one address together: logins, and tokens that nobody knows. */
  readonly stranger: number;
}

/** Generous: they hold back what runs wild, not what works hard. */
export const DEFAULT_RATES: Rates = { identity: 50_000, stranger: 2_000 };

/** Who asks, as far as it is known before core looks. */
export interface Asker {
  readonly token: string | undefined;
  /** Undefined on a local socket. */
  readonly address: string | undefined;
}

interface Bucket {
  left: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** So many are remembered: who has not asked for longest is forgotten, with a full bucket. */
const REMEMBERED = 10_000;

/**
 * SECURITY(B3): buckets of requests. Everybody on this machine has the same address, so that an address says nothing
 * about who works there: what has a living token is counted by it alone, and only strangers are counted by address.
 * A token is known by its hash: nothing here keeps one.
 */
export class RateLimits {
  readonly #rates: Rates;
  readonly #now: () => number;
  readonly #identities = new Map<string, Bucket>();
  readonly #strangers = new Map<string, Bucket>();

  constructor(rates: Rates, now: () => number) {
    this.#rates = rates;
    this.#now = now;
  }

  /**
   * Takes one from the asker's bucket, and tells whether that was a token's own. Throws `too-many-requests` when it is
   * empty.
   */
  take({ token, address = '' }: Asker): boolean {
    const known = token === undefined ? undefined : this.#identities.get(nameOf(token));
    const { identity, stranger } = this.#rates;
    if (known !== undefined) this.#spend(known, identity);
    else this.#spend(bucketIn(this.#strangers, address, stranger, this.#now()), stranger);
    return known !== undefined;
  }

  /**
   * Passes on what core says, and remembers what it says about the token; nothing good where it is known already. What is
   * open to anybody says nothing about a token that came with it. `tell` hears whether the token lives, where that is news.
   */
  async learnFrom<T extends Pick<CoreResponse, 'byToken'>>(
    answered: Promise<T>,
    token: string | undefined,
    isKnown = false,
    tell: (isLiving: boolean) => void = () => {},
  ): Promise<T> {
    if (token === undefined) return await answered;
    try {
      const answer = await answered;
      if (!isKnown && answer.byToken) {
        this.#learn(token);
        tell(true);
      }
      return answer;
    } catch (thrown) {
      const { code } = asKeywardenError(thrown);
      if (code === 'policy-denied') this.#learn(token);
      if (code === 'permission-denied') this.#identities.delete(nameOf(token));
      if (code === 'policy-denied' || code === 'permission-denied') tell(code === 'policy-denied');
      throw thrown;
    }
  }

  #learn(token: string): void {
    bucketIn(this.#identities, nameOf(token), this.#rates.identity, this.#now());
  }

  #spend(bucket: Bucket, rate: number): void {
    if (rate === 0) return;
    const now = this.#now();
    // A clock that was set back gives nothing and takes nothing.
    const gained = (Math.max(0, now - bucket.at) * rate) / 1000;
    bucket.left = Math.min(rate, bucket.left + gained);
    bucket.at = now;
    if (bucket.left < 1) throw new KeywardenError('too-many-requests');
    bucket.left -= 1;
  }
}

function nameOf(token: string): string {
  return hash('sha256', token, 'base64');
}

function bucketIn(buckets: Map<string, Bucket>, name: string, full: number, now: number): Bucket {
  const known = buckets.get(name);
  if (known !== undefined) return known;
  const bucket = { left: full, at: now };
  buckets.set(name, bucket);
  const [oldest] = buckets.keys();
  if (buckets.size > REMEMBERED && oldest !== undefined) buckets.delete(oldest);
  return bucket;
}
