import type { Clock } from './ports.ts';

/** Clocks are corrected by fractions of a second all the time; more than this is somebody setting them. */
const CORRECTION = 1000;

/** A clock that always goes on. */
export interface SteadyClock extends Clock {
  /** It is not earlier than this: the last record says so. */
  notBefore(instant: number): void;
}

/**
 * Keeps a wall clock going when it is set back: deadlines that are on their way come after the time that they promised,
 * measured by the machine's uptime, and not when the wall has caught up. Set forward, it follows.
 * Without an uptime it stands still instead.
 */
export function steadyClock(clock: Clock): SteadyClock {
  const uptime = () => clock.uptime?.() ?? 0;
  let latest = clock.now();
  let readAt = uptime();
  const now = () => {
    const readNow = uptime();
    const expected = latest + (readNow - readAt);
    const wall = clock.now();
    latest = wall >= expected - CORRECTION ? wall : expected;
    readAt = readNow;
    return Math.floor(latest);
  };
  return {
    now,
    uptime,
    ...(clock.elapsed ? { elapsed: () => clock.elapsed?.() ?? 0 } : {}),
    after: (milliseconds, callback) => clock.after(milliseconds, callback),
    notBefore(instant) {
      latest = Math.max(now(), instant);
    },
  };
}
