import type { Clock } from './ports.ts';

/** Clocks are corrected by fractions of a second all the time; more than this is somebody setting them. */
const CORRECTION = 1000;

/** More than this is a jump, in either direction: nobody knows whether the time before or the time after was wrong. */
const JUMP = 120_000;

/** So long must a clock go along with the uptime before something is removed because of its age. */
const TRUSTED_AFTER = 3_600_000;

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
  /** How far the wall is ahead of the uptime, and since when it has been. */
  let ahead = clock.now() - readAt;
  let aheadSince = readAt;
  const now = () => {
    const readNow = uptime();
    const expected = latest + (readNow - readAt);
    const wall = clock.now();
    if (Math.abs(wall - readNow - ahead) > JUMP) {
      ahead = wall - readNow;
      aheadSince = readNow;
    }
    latest = wall >= expected - CORRECTION ? wall : expected;
    readAt = readNow;
    return Math.floor(latest);
  };
  return {
    now,
    trusted() {
      now();
      if (!clock.uptime) return clock.now();
      return uptime() - aheadSince >= TRUSTED_AFTER ? clock.now() : undefined;
    },
    uptime,
    ...(clock.elapsed ? { elapsed: () => clock.elapsed?.() ?? 0 } : {}),
    after: (milliseconds, callback) => clock.after(milliseconds, callback),
    notBefore(instant) {
      latest = Math.max(now(), instant);
    },
  };
}
