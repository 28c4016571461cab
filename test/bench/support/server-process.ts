import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server in a process of its own, as it is in life. */
export interface ServerProcess {
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts a Node script and waits for its `{"event":"ready","address":…}` line. Throws when it ends before that. */
export async function startServerProcess(script: string, args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{"event":"ready"')) continue;
    const { address } = JSON.parse(line) as { address: string };
    child.stdout.resume();
    return {
      address,
      async stop() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error(`${script} ended before it was ready`);
}
