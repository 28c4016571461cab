import { backOff } from './back-off.ts';

const AT_ONCE = 4;
/** So many failures in a row, of whichever leases, mean that the target itself is the trouble. */
const OPENS_AFTER = 4;

/** How much may be asked of one target now. */
export interface TargetBreaker {
  /** How many more effects may start: up to four at once, one probe at a time while the target is in trouble. */
  free(now: number): number;
  /** The last effect succeeded. */
  readonly isWell: boolean;
  /** When it may be asked again, if not now. */
  readonly openUntil: number;
  started(): void;
  succeeded(): void;
  failed(now: number): void;
  /** Somebody asks on purpose: try at once. */
  reset(): void;
}

/** A closed breaker. */
export function createTargetBreaker(): TargetBreaker {
  let running = 0;
  let failures = 0;
  let openUntil = 0;
  return {
    free(now) {
      if (now < openUntil) return 0;
      return (failures >= OPENS_AFTER ? 1 : AT_ONCE) - running;
    },
    get isWell() {
      return failures === 0;
    },
    get openUntil() {
      return openUntil;
    },
    started: () => void running++,
    succeeded() {
      running -= 1;
      failures = 0;
      openUntil = 0;
    },
    failed(now) {
      running -= 1;
      failures += 1;
      if (failures >= OPENS_AFTER) openUntil = now + backOff(failures - OPENS_AFTER + 1);
    },
    reset() {
      openUntil = 0;
    },
  };
}
