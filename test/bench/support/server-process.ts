import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A server in a process of its own, as it is in life. */
export interface ServerProcess {
  readonly address: string;
  /** Microseconds of processor time that it has used, all threads together; NaN where the system does not tell (it does on Linux). */
  cpu(): number;
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
      cpu: () => cpuOf(child.pid),
      async stop() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error(`${script} ended before it was ready`);
}

/** The clock ticks of `/proc/PID/stat` are hundredths of a second on every Linux of today. */
const TICK = 10_000;

function cpuOf(pid: number | undefined): number {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}
