import { type ManualClock, manualClock } from './manual-clock.ts';

/** A clock whose wall can be set; time itself goes on beside it. */
export interface SettableClock extends ManualClock {
  uptime(): number;
  setBy(milliseconds: number): void;
}

/** Starts right. */
export function settableClock(): SettableClock {
  const time = manualClock();
  let set = 0;
  return {
    ...time,
    now: () => time.now() + set,
    uptime: () => time.now(),
    setBy(milliseconds: number) {
      set += milliseconds;
    },
  };
}
