import type { Clock } from '../../electron/core/ports.ts';

/** A clock that stands still until it is moved. Callbacks run in the order of their time. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
  /** How many callbacks are still to come. */
  waiting(): number;
}

/** Starts at a fixed instant (2026-01-01). */
export function manualClock(start = 1_767_225_600_000): ManualClock {
  let now = start;
  let waiting: { readonly at: number; readonly callback: () => void }[] = [];
  return {
    now: () => now,
    waiting: () => waiting.length,
    after(milliseconds, callback) {
      const entry = { at: now + milliseconds, callback };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    advance(milliseconds) {
      const until = now + milliseconds;
      for (;;) {
        const next = waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        waiting = waiting.filter((other) => other !== next);
        now = next.at;
        next.callback();
      }
      now = until;
    },
  };
}
