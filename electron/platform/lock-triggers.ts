import type { Clock } from '../core/ports.ts';

const LOOK_EVERY_MS = 5_000;

/** What is needed of Electron's powerMonitor. */
export interface PowerDoor {
  on(event: 'suspend' | 'lock-screen', listener: () => void): unknown;
  /** Seconds without input. */
  getSystemIdleTime(): number;
}

/**
 * Calls `lock` when the machine sleeps, its screen is locked, or nobody has touched it for a while. SECURITY(S4)
 *
 * Linux has no lock-screen event in Electron: there the idle time stands in for it.
 */
export function watchLockTriggers(options: {
  readonly power: PowerDoor;
  readonly clock: Clock;
  /** 0 means never. */
  readonly idleMinutes: () => number;
  readonly lock: (why: 'suspend' | 'lock-screen' | 'idle') => void;
}): () => void {
  options.power.on('suspend', () => options.lock('suspend'));
  options.power.on('lock-screen', () => options.lock('lock-screen'));
  let stop = (): void => undefined;
  const look = (): void => {
    const minutes = options.idleMinutes();
    if (minutes > 0 && options.power.getSystemIdleTime() >= minutes * 60) options.lock('idle');
    stop = options.clock.after(LOOK_EVERY_MS, look);
  };
  look();
  return () => stop();
}
