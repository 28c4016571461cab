/** Misses that cost nothing: people mistype. */
const FREE_MISSES = 2;
const LONGEST_MS = 5 * 60_000;

/** How long the next try has to wait after so many wrong passphrases in a row, in milliseconds. */
export function delayAfterMisses(misses: number): number {
  return misses <= FREE_MISSES ? 0 : Math.min(1000 * 2 ** (misses - FREE_MISSES - 1), LONGEST_MS);
}
