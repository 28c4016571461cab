/** Wrong codes in a row that cost nothing: a person's typing errors. */
const FREE_MISSES = 5;
/** Milliseconds. So a guesser gets a hundred tries a day at a code of a million. */
const LONGEST_WAIT = 15 * 60_000;

/**
 * How long, in milliseconds, a key takes no code after so many wrong ones in a row: a period, and twice as long after each
 * further one (RFC 4226, section 7.3, asks for a delay that grows).
 */
export function waitAfter(misses: number, { period }: { readonly period: number }): number {
  if (misses < FREE_MISSES) return 0;
  return Math.min(period * 1000 * 2 ** Math.min(misses - FREE_MISSES, 30), LONGEST_WAIT);
}
