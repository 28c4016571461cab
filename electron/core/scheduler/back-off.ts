const FIRST = 1000;
const LONGEST = 60_000;

/** Milliseconds to wait after so many failures in a row: 1 s, doubling up to a minute, for ever. */
export function backOff(failures: number): number {
  return Math.min(FIRST * 2 ** Math.max(0, failures - 1), LONGEST);
}
