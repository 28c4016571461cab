import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Clock } from '../core/ports.ts';
import type { WayIn } from '../vault/way-in.ts';
import { type TypedWayIn, withTypedWayIn } from './typed-way-in.ts';
import { delayAfterMisses } from './unlock-delay.ts';

/** Tries of ways in, each further miss of which makes the next one wait longer. */
export interface UnlockTries {
  /** Throws `too-many-requests` before its time, and what the attempt throws. */
  run<T>(typed: TypedWayIn, attempt: (wayIn: WayIn) => Promise<T>): Promise<T>;
  /** When the next one may be made, in milliseconds since 1970; null: now. */
  nextTryAt(): number | null;
}

/** Starts without a miss. `missed` is called after each. */
export function createUnlockTries(clock: Clock, missed: () => void): UnlockTries {
  let misses = 0;
  let nextTryAt = 0;
  return {
    async run(typed, attempt) {
      if (clock.now() < nextTryAt) throw new KeywardenError('too-many-requests');
      try {
        const result = await withTypedWayIn(typed, attempt);
        misses = 0;
        nextTryAt = 0;
        return result;
      } catch (error) {
        if (error instanceof KeywardenError && error.code === 'unlock-failed') {
          misses += 1;
          const delay = delayAfterMisses(misses);
          if (delay > 0) nextTryAt = clock.now() + delay;
          missed();
        }
        throw error;
      }
    },
    nextTryAt: () => (nextTryAt > clock.now() ? nextTryAt : null),
  };
}
