import type { Clock } from '../ports.ts';

/** A wall clock drifts and is corrected; more than this is a jump. */
const JUMP = 120_000;

/**
 * What a wall clock that jumps forward cannot make later: the time at the start plus what has really gone by (sleep of the
 * machine included), and two minutes. What must not happen because somebody has set a clock asks this one.
 * Without a measure of what has gone by, it is the wall clock.
 */
export function trustedTime(clock: Clock): () => number {
  const { elapsed } = clock;
  if (elapsed === undefined) return () => clock.now();
  const startedAt = clock.now();
  const elapsedThen = elapsed();
  return () => Math.min(clock.now(), startedAt + (elapsed() - elapsedThen) + JUMP);
}
