import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';

/**
 * Runs a program with something on its standard input: without a shell, without our environment, and with nothing of it on
 * the command line. SECURITY(R1) Resolves with its exit code, null where a signal ended it. When it is aborted, the program
 * ends with all that it has started. Throws `target-unavailable` where it cannot be started.
 */
export function runProgram(
  { program, args }: { readonly program: string; readonly args: readonly string[] },
  input: Uint8Array,
  signal: AbortSignal,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(program, args, {
      shell: false,
      cwd: '/',
      env: isWindows ? { SystemRoot: process.env['SystemRoot'] } : { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
      // A process group of its own, by which all of it can be ended. On Windows it would be a console window instead.
      detached: !isWindows,
      windowsHide: true,
    });
    const end = () => endWithChildren(child);
    signal.addEventListener('abort', end, { once: true });
    child.once('error', () => {
      signal.removeEventListener('abort', end);
      reject(new KeywardenError('target-unavailable', 'the program of the hook cannot be started'));
    });
    child.once('exit', (code) => {
      signal.removeEventListener('abort', end);
      resolve(code);
    });
    // It may end without reading.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

const isWindows = process.platform === 'win32';

/** A shell that is killed alone leaves what it waits for running, with the secret in it. */
function endWithChildren(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (isWindows) {
    // Only the tree of what still lives can be walked: it goes first, and the program with it.
    const taskkill = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    spawn(taskkill, ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
      .once('error', () => child.kill('SIGKILL'))
      .once('exit', () => child.kill('SIGKILL'));
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
