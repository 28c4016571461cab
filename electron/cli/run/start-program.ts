import { spawn } from 'node:child_process';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Invocation } from '../command.ts';
import { endGroup, mayHaveGroup } from './program-group.ts';
import { type CaughtSignals, exitCodeOfSignal } from './signals.ts';

/** A program that runs. */
export interface RunningProgram {
  /**
   * Its exit code, 128+n when a signal ended it; what it has left in its process group has ended too by then. Throws `not-available` when it could not be started.
   */
  readonly ended: Promise<number>;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end, and insists after a while. */
  stop(): Promise<void>;
}

/** Milliseconds that a program has to end by itself. */
const ENDS_WITHIN = 10_000;

/**
 * Starts the program with our standard streams; it gets the signals that we get. Without a terminal it has a process group of
 * its own, and nothing of it outlives it: its secrets end with it as well.
 */
export function startProgram(
  { program, surroundings }: Invocation,
  environment: Readonly<Record<string, string | undefined>>,
  signals: CaughtSignals,
): RunningProgram {
  signals.aborted.throwIfAborted();
  const [file = '', ...args] = program;
  const detached = mayHaveGroup(surroundings.platform);
  const child = spawn(file, args, { stdio: 'inherit', env: { ...environment }, detached });
  const kill = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  signals.passTo(kill);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new KeywardenError('not-available', `${file} cannot be started.`, { cause }));
    });
    child.once('exit', (code, signal) => {
      const exitCode = signal === null ? (code ?? 0) : exitCodeOfSignal(signal);
      const left = detached && child.pid !== undefined ? endGroup(child.pid) : Promise.resolve();
      void left.then(() => resolve(exitCode));
    });
  });
  return {
    ended,
    kill,
    async stop() {
      kill('SIGTERM');
      const insist = setTimeout(() => kill('SIGKILL'), ENDS_WITHIN);
      await ended.catch(() => undefined);
      clearTimeout(insist);
    },
  };
}
