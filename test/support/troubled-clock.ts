import type { Clock } from '../../electron/core/ports.ts';
import { steadyClock } from '../../electron/core/steady-clock.ts';
import { manualClock } from './manual-clock.ts';

/** A driven machine: time passes, the wall clock is set, and it sleeps, each by itself. */
export function troubledClock() {
  const base = manualClock();
  let set = 0;
  let slept = 0;
  const raw: Clock = {
    now: () => base.now() + set + slept,
    /** Goes on in sleep, and nobody can set it. */
    elapsed: () => base.now() + slept,
    uptime: () => base.now(),
    after: (milliseconds, callback) => base.after(milliseconds, callback),
  };
  return {
    /** The machine's own, as the parts get it that no vault is under. */
    raw,
    clock: { ...steadyClock(raw), advance: base.advance, waiting: base.waiting },
    /** Time passes, and what is due comes. */
    pass: (milliseconds: number) => base.advance(milliseconds),
    /** Somebody sets the wall clock. */
    set: (milliseconds: number) => {
      set += milliseconds;
    },
    /** The lid is shut: no timer comes meanwhile. */
    sleep: (milliseconds: number) => {
      slept += milliseconds;
    },
  };
}
