import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The built `kw`; started with `node --`, as its first line says. */
const KW = resolve('out/main/kw.js');

/** How one command ended. */
export interface KwResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary home: `kw` finds no broker, token or vault there but its own. */
export interface KwHome {
  readonly folder: string;
  /** What `kw` is started with. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs one command to its end. */
  kw(args: readonly string[], options?: { env?: NodeJS.ProcessEnv; input?: string }): Promise<KwResult>;
  /** Starts a command and leaves it running; it is ended with the home at the latest. `detached`: without a terminal. */
  start(args: readonly string[], options?: { env?: NodeJS.ProcessEnv; detached?: boolean }): ChildProcess;
  /** Starts `kw serve` and waits until it serves. Throws with what it said when it ends before. */
  serve(args: readonly string[]): Promise<ServedKw>;
  /** Makes a file of the home, 0600. */
  file(name: string, text: string): string;
  remove(): Promise<void>;
}

/** A `kw serve` that serves. */
export interface ServedKw {
  readonly address: string;
  readonly ready: Readonly<Record<string, unknown>>;
  readonly process: ChildProcess;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Makes an empty one; `script` is another build of `kw` than the usual one. */
export function makeKwHome(script = KW): KwHome {
  const folder = mkdtempSync(join(tmpdir(), 'keywarden-kw-'));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    KEYWARDEN_RUNTIME_DIR: join(folder, 'runtime'),
    KEYWARDEN_STATE_DIR: join(folder, 'state'),
  };
  for (const name of Object.keys(env)) if (name.startsWith('VAULT_')) delete env[name];
  const running = new Set<ChildProcess>();

  const start: KwHome['start'] = (args, options = {}) => {
    const child = spawn(process.execPath, ['--', script, ...args], {
      env: { ...env, ...options.env },
      cwd: folder,
      detached: options.detached ?? false,
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  };

  return {
    folder,
    env,
    start,
    async kw(args, options = {}) {
      const child = start(args, options);
      child.stdin?.on('error', () => {}); // it may end without reading
      child.stdin?.end(options.input ?? '');
      const texts = Promise.all([textOf(child.stdout), textOf(child.stderr)]);
      const [code] = (await once(child, 'exit')) as [number | null];
      const [stdout, stderr] = await texts;
      return { code, stdout, stderr };
    },
    async serve(args) {
      const child = start(['serve', ...args]);
      const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
      const said = textOf(child.stderr);
      const ready = await readyLine(child);
      if (!ready) throw new Error(`kw serve ended before it was ready: ${await said}`);
      return {
        address: String(ready['address']),
        ready,
        process: child,
        async end(signal = 'SIGTERM') {
          child.kill(signal);
          const [code, by] = await ended;
          return { code, signal: by };
        },
      };
    },
    file(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    async remove() {
      await Promise.all(
        [...running].map((child) => {
          child.kill('SIGKILL');
          return once(child, 'exit');
        }),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** All that a stream says, as text. */
export async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

async function readyLine(child: ChildProcess): Promise<Record<string, unknown> | undefined> {
  if (!child.stdout) return undefined;
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!line.startsWith('{"event":"ready"')) continue;
    child.stdout.resume();
    return JSON.parse(line) as Record<string, unknown>;
  }
  return undefined;
}
