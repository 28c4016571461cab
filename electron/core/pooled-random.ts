import type { RandomBytes } from '../vault/ports.ts';

const POOL = 4096;
/** Longer answers are worth a call of their own. */
const SHORT = 64;

/** The same randomness, fetched for many short answers at once: a call to the system costs more than what it brings. */
export function pooledRandom(random: RandomBytes): RandomBytes {
  let pool: Uint8Array = new Uint8Array(0);
  let used = 0;
  return (length) => {
    if (length > SHORT) return random(length);
    if (used + length > pool.length) {
      pool = random(POOL);
      used = 0;
    }
    const bytes = pool.slice(used, used + length);
    // Nothing that was given out stays behind here.
    pool.fill(0, used, used + length);
    used += length;
    return bytes;
  };
}
