import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Clock } from '../ports.ts';

/** Misses that cost nothing: a person's typing errors. */
const FREE_MISSES = 3;
const FIRST_DELAY = 250;
const LONGEST_DELAY = 8000;
/** Misses are forgotten after so long without one. */
const FORGET_AFTER = 15 * 60_000;
/** How many may wait on one name at once; more are turned away, so that waiting costs an attacker, not us. */
const WAITING_AT_ONCE = 32;
const REMEMBERED = 10_000;

interface Misses {
  count: number;
  lastAt: number;
  waiting: number;
}

/** The growing delay for failed logins, by mount and name: never by address, never for tokens that exist. SECURITY(B2) */
export interface GuessDelay {
  /** Milliseconds that a try on this name must wait now; 0 for none. */
  delayFor(name: string): number;
  /** Waits that long. Throws `too-many-requests` when too many wait on the same name. */
  wait(name: string, signal: AbortSignal | undefined): Promise<void>;
  missed(name: string): void;
  succeeded(name: string): void;
}

/** Delays held in memory, bounded: the oldest names are forgotten first. */
export function createGuessDelay(clock: Clock): GuessDelay {
  const names = new Map<string, Misses>();
  /** Not the wall clock: setting it makes nobody forget. */
  const passed = () => clock.uptime?.() ?? clock.now();
  const current = (name: string): Misses | undefined => {
    const misses = names.get(name);
    if (!misses || passed() - misses.lastAt < FORGET_AFTER || misses.waiting > 0) return misses;
    names.delete(name);
    return undefined;
  };
  const delayFor = (name: string) => {
    const count = current(name)?.count ?? 0;
    return count <= FREE_MISSES ? 0 : Math.min(FIRST_DELAY * 2 ** (count - FREE_MISSES - 1), LONGEST_DELAY);
  };
  return {
    delayFor,
    async wait(name, signal) {
      const misses = current(name);
      const delay = delayFor(name);
      if (!misses || delay === 0) return;
      if (misses.waiting >= WAITING_AT_ONCE) throw new KeywardenError('too-many-requests');
      misses.waiting += 1;
      await new Promise<void>((resolve) => {
        const cancel = clock.after(delay, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          resolve();
        });
      });
      misses.waiting -= 1;
      if (signal?.aborted) throw new KeywardenError('cancelled');
    },
    missed(name) {
      const misses = current(name) ?? { count: 0, lastAt: 0, waiting: 0 };
      misses.count += 1;
      misses.lastAt = passed();
      // Set anew, so that the map's order is that of the last miss.
      names.delete(name);
      names.set(name, misses);
      if (names.size > REMEMBERED) names.delete(names.keys().next().value ?? name);
    },
    succeeded: (name) => void names.delete(name),
  };
}
