import { spawn } from 'node:child_process';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Invocation } from '../command.ts';
import { type CaughtSignals, exitCodeOfSignal } from './signals.ts';

/** A program that runs. */
export interface RunningProgram {
  /** Its exit code, 128+n when a signal ended it. Throws `not-available` when it could not be started. */
  readonly ended: Promise<number>;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end, and insists after a while. */
  stop(): Promise<void>;
}

/** Milliseconds that a program has to end by itself. */
const ENDS_WITHIN = 10_000;

/** Starts the program with our standard streams; it gets the signals that we get. */
export function startProgram(
  { program }: Invocation,
  environment: Readonly<Record<string, string | undefined>>,
  signals: CaughtSignals,
): RunningProgram {
  signals.aborted.throwIfAborted();
  const [file = '', ...args] = program;
  const child = spawn(file, args, { stdio: 'inherit', env: { ...environment } });
  const kill = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  signals.passTo(kill);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new KeywardenError('not-available', `${file} cannot be started.`, { cause }));
    });
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 0) : exitCodeOfSignal(signal)));
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
