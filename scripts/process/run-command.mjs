import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const oneWishMs = 1_000;

/**
 * Runs a command to its end and resolves to its exit code (128+n for a signal, 124 when it outlived `timeoutMs`).
 * With `capture`, resolves to `{ code, output }` instead of showing what the command prints. `onStart` gets the child.
 */
export function runCommand(command, args, { timeoutMs, capture = false, stdio, onStart, ...options } = {}) {
  const streams = stdio ?? (capture ? ['ignore', 'pipe', 'pipe'] : 'inherit');
  const child = spawn(command, args, { ...options, stdio: streams });
  onStart?.(child);
  // One Ctrl-C reaches us from the terminal and from npm: the second of two would kill what the first asks to end.
  let forwardedAt = Number.NEGATIVE_INFINITY;
  const forward = (signal) => {
    if (performance.now() - forwardedAt < oneWishMs) return;
    forwardedAt = performance.now();
    child.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);

  let output = '';
  if (capture) {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
  }
  let expired = false;
  const timer = timeoutMs && setTimeout(() => endAfterDeadline(), timeoutMs);
  function endAfterDeadline() {
    expired = true;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
  }

  return new Promise((resolve, reject) => {
    const settle = (finish) => {
      clearTimeout(timer);
      for (const signal of forwarded) process.off(signal, forward);
      finish();
    };
    child.on('error', (error) => settle(() => reject(error)));
    child.on(capture ? 'close' : 'exit', (status, signal) => {
      const code = expired ? 124 : (status ?? 128 + constants.signals[signal]);
      settle(() => resolve(capture ? { code, output } : code));
    });
  });
}
