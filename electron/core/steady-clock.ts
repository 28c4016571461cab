import type { Clock } from './ports.ts';

/** Clocks are corrected by fractions of a second all the time; more than this is somebody setting them. */
const CORRECTION = 1000;

/** More than this is a jump, in either direction: nobody knows whether the time before or the time after was wrong. */
const JUMP = 120_000;

/** So long must a clock that has jumped go along with the time that really passes before it is believed again. */
const BELIEVED_AFTER = 3_600_000;

/** Some platforms count what a machine has slept in whole seconds. */
const COARSE = 1000;

/** A clock that always goes on. */
export interface SteadyClock extends Clock {
  /** It is not earlier than this: the last record says so. */
  notBefore(instant: number): void;
  trusted(): number | undefined;
  believed(): number;
}

/**
 * Keeps a wall clock going when it is set back: deadlines that are on their way come after the time that they promised,
 * measured by the time that really passes (sleep of the machine included), and not when the wall has caught up. Set forward,
 * it follows. Without such a measure it stands still instead.
 *
 * One rule says when a clock that has jumped is believed again: after an hour of going along with the time that really
 * passes. Who must not act because somebody has set a clock asks `believed` (until then it goes on as before the jump), and
 * who would destroy by age asks `trusted` (until then, and for an hour after the start, it is not known at all).
 */
export function steadyClock(clock: Clock): SteadyClock {
  const passed = timePassed(clock);
  let latest = clock.now();
  let readAt = passed();
  /** How far the wall is ahead of the time that has passed, and since when it has been. */
  let ahead = latest - readAt;
  let aheadSince = readAt;
  /** How far ahead it has been believed to be; nobody can know better at the start. */
  let believedAhead = ahead;
  const now = () => {
    const readNow = passed();
    const expected = latest + (readNow - readAt);
    const wall = clock.now();
    if (Math.abs(wall - readNow - ahead) > JUMP) {
      ahead = wall - readNow;
      aheadSince = readNow;
    }
    // Set back it is believed as well, but what was promised by the time before still comes by that.
    if (readNow - aheadSince >= BELIEVED_AFTER) believedAhead = Math.max(believedAhead, wall - readNow);
    latest = wall >= expected - CORRECTION ? wall : expected;
    readAt = readNow;
    return Math.floor(latest);
  };
  const isMeasured = clock.uptime !== undefined || clock.elapsed !== undefined;
  return {
    now,
    trusted() {
      now();
      if (!isMeasured) return clock.now();
      return readAt - aheadSince >= BELIEVED_AFTER ? clock.now() : undefined;
    },
    believed() {
      const at = now();
      return isMeasured ? Math.min(at, Math.floor(readAt + believedAhead) + JUMP) : at;
    },
    uptime: () => clock.uptime?.() ?? passed(),
    ...(clock.elapsed ? { elapsed: () => clock.elapsed?.() ?? 0 } : {}),
    after: (milliseconds, callback) => clock.after(milliseconds, callback),
    notBefore(instant) {
      latest = Math.max(now(), instant);
      believedAhead = Math.max(believedAhead, latest - readAt);
    },
  };
}

/** Milliseconds that have really passed since now, which nobody can set: finely by the uptime, and with what the machine has slept. */
function timePassed({ uptime, elapsed }: Clock): () => number {
  const upThen = uptime?.() ?? 0;
  const elapsedThen = elapsed?.() ?? 0;
  if (!elapsed) return () => (uptime?.() ?? 0) - upThen;
  if (!uptime) return () => elapsed() - elapsedThen;
  return () => Math.max(uptime() - upThen, elapsed() - elapsedThen - COARSE);
}
