import { setImmediate } from 'node:timers/promises';

/** Work beside the commit loop holds the event loop for no longer than this many milliseconds at a time. */
const LONGEST = 4;

/** For long work in steps: awaited after each step, it lets requests be served as soon as the work has held them up. */
export function breathing(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < LONGEST) return;
    await setImmediate();
    since = performance.now();
  };
}
