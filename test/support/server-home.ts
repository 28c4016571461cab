import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * A temporary folder with the servers that live in it. They end with `remove`, and when the process ends in whatever
 * orderly way: nothing of a test stays behind.
 */
export interface ServerHome {
  readonly folder: string;
  /** Starts a program. */
  run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  /** Ends one and waits for it. */
  end(child: ChildProcess | undefined, signal?: NodeJS.Signals): Promise<void>;
  remove(): Promise<void>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Where Debian keeps servers, which are not on every path. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** The program's file, or undefined where it is not installed. */
export function findServerProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * Makes one.
 *
 * @param user whom its programs run as when we are root; they run as ourselves otherwise, or where there is no such user
 */
export function openServerHome(name: string, user?: string): ServerHome {
  const folder = mkdtempSync(join(tmpdir(), `keywarden-${name}-`));
  const runAs = user !== undefined && process.getuid?.() === 0 ? idsOf(user) : undefined;
  if (runAs) chownSync(folder, runAs.uid, runAs.gid);
  const running = new Set<ChildProcess>();
  const removeAtExit = () => {
    for (const child of running) child.kill('SIGKILL');
    removeWhileTheyEnd(folder);
  };
  const removeAndDie = (signal: NodeJS.Signals) => {
    removeAtExit();
    process.kill(process.pid, signal);
  };
  process.once('exit', removeAtExit);
  for (const signal of SIGNALS) process.once(signal, removeAndDie);

  const home: ServerHome = {
    folder,
    run(program, args, env) {
      const child = spawn(program, args, {
        ...runAs,
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.add(child);
      child.once('exit', () => running.delete(child));
      return child;
    },
    async end(child, signal = 'SIGTERM') {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
    async remove() {
      await Promise.all([...running].map((child) => home.end(child, 'SIGKILL')));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      process.removeListener('exit', removeAtExit);
      for (const signal of SIGNALS) process.removeListener(signal, removeAndDie);
    },
  };
  return home;
}

/** Resolves once the child has said so; throws with all that it said when it ends before. */
export function untilSaid(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      if (said.includes(words)) return;
      said += chunk.toString();
      if (said.includes(words)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the server did not start: ${said.slice(-3000)}`)));
  });
}

/** A port of the loopback that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject()));
    });
  });
}

function idsOf(user: string): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** At exit nothing can be awaited: a server may write for a moment after its signal, so removing is tried again. */
function removeWhileTheyEnd(folder: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 40; tries += 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {}
    Atomics.wait(pause, 0, 0, 50);
    if (!existsSync(folder)) return;
  }
}
