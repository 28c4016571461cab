import { spawn } from 'node:child_process';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Invocation } from '../command.ts';
import { type CaughtSignals, exitCodeOfSignal } from './signals.ts';

/**
 * Runs the program to its end, with our standard streams and the signals that we get.
 *
 * @returns its exit code, 128+n when a signal ended it. Throws `not-available` when it cannot be started.
 */
export function runProgram(
  { program }: Invocation,
  environment: Readonly<Record<string, string | undefined>>,
  signals: CaughtSignals,
): Promise<number> {
  signals.aborted.throwIfAborted();
  const [file = '', ...args] = program;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', env: { ...environment } });
    signals.passTo((signal) => child.kill(signal));
    child.once('error', (cause) => {
      reject(new KeywardenError('not-available', `${file} cannot be started.`, { cause }));
    });
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 0) : exitCodeOfSignal(signal)));
  });
}
