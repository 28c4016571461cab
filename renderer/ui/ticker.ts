import { useSyncExternalStore } from 'react';

/**
 * The window's one clock: whoever shows a countdown shares a single interval, so that ten thousand keycards cost one timer.
 * It is also the only place in the window that reads the time.
 */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let instant = Date.now();

function tick(): void {
  instant = Date.now();
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    instant = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Milliseconds since 1970, renewed every `step` (a second, unless a list would rather not be drawn that often). */
export function useNow(step = 1000): number {
  return useSyncExternalStore(subscribe, () => (step === 1000 ? instant : instant - (instant % step)));
}

/** Milliseconds since 1970, for the start of something that is measured against `useNow`. */
export function now(): number {
  return Date.now();
}
