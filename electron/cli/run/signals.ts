import { constants } from 'node:os';
import process from 'node:process';
import type { Surroundings } from '../surroundings.ts';

/** Signals on their way to the program. */
export interface CaughtSignals {
  /** Aborted when one comes before the program runs. */
  readonly aborted: AbortSignal;
  /** The one that aborted. */
  readonly received: NodeJS.Signals | undefined;
  /** From now on they go to the program; with undefined, there is none for the moment. */
  passTo(kill: ((signal: NodeJS.Signals) => void) | undefined): void;
  /** Signals do again what they do without us. */
  release(): void;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
const WINDOWS_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGBREAK', 'SIGHUP'];
/** The terminal sends these to everything in the foreground, so the program has them already. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/** Catches what would end us: before the program runs the run is undone, afterwards the program decides. */
export function catchSignals({ platform, stdin }: Surroundings): CaughtSignals {
  const signals = platform === 'win32' ? WINDOWS_SIGNALS : SIGNALS;
  const abort = new AbortController();
  let received: NodeJS.Signals | undefined;
  let kill: ((signal: NodeJS.Signals) => void) | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (kill) {
      if (!(stdin.isTTY && FROM_TERMINAL.includes(signal))) kill(signal);
    } else if (signal !== 'SIGUSR1' && signal !== 'SIGUSR2') {
      received ??= signal;
      abort.abort();
    }
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    aborted: abort.signal,
    get received() {
      return received;
    },
    passTo(to) {
      kill = to;
    },
    release() {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}

/** What a shell reports for a program that a signal has ended. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
