import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';

/**
 * A real PostgreSQL on a free loopback port, for tests, demo and bench. Its data live in a temporary folder and are removed
 * by `close`, and when the process ends in whatever orderly way.
 */
export interface TestPostgres {
  readonly port: number;
  /** The superuser that `initdb` made. */
  readonly user: string;
  readonly password: string;
  /** A URL for a user, the superuser by default; the database is `postgres` unless named. */
  url(options?: { user?: string; password?: string; database?: string }): string;
  /** Runs SQL as the superuser and answers with the rows. */
  query<T = Record<string, unknown>>(sql: string, params?: unknown[], database?: string): Promise<T[]>;
  /** Logs in and answers with the open client; the caller ends it. Throws what the server said. */
  login(user: string, password: string, database?: string): Promise<pg.Client>;
  /** Everything the server logged so far. */
  log(): string;
  /** Takes the server down and keeps its data. */
  stop(): Promise<void>;
  /** Brings it up again, on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Settings that make a throw-away server quick; more can be given as `name=value`. */
const FLAGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'full_page_writes=off'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const READY = /database system is ready to accept (read-only )?connections/;

/**
 * Starts one. Takes about a second. Throws where the embedded PostgreSQL is not installed.
 *
 * @param folder another PostgreSQL than the embedded one
 * @param primary one of the same version that it follows as a streaming standby; it is down for a moment while it is copied
 */
export async function startPostgres(
  settings: readonly string[] = [],
  folder?: string,
  primary?: TestPostgres,
): Promise<TestPostgres> {
  const binaries = findPostgresBinaries(folder);
  if (!binaries) throw new Error('the embedded PostgreSQL is not installed for this platform');
  const user = 'postgres';
  const password = 'superuser-of-a-test';
  const home = mkdtempSync(join(tmpdir(), 'keywarden-pg-'));
  const data = join(home, 'data');
  let server: ChildProcess | undefined;
  let logged = '';
  const removeAtExit = () => {
    server?.kill('SIGQUIT');
    removeWhileItEnds(home);
  };
  process.once('exit', removeAtExit);
  const removeAndDie = (signal: NodeJS.Signals) => {
    removeAtExit();
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, removeAndDie);
  if (primary) await copyCluster(primary, binaries, home, data);
  else makeCluster(binaries, home, data, user, password);
  const port = await freePort();

  const postgres: TestPostgres = {
    port,
    user,
    password,
    url: (options = {}) => {
      const name = encodeURIComponent(options.user ?? user);
      const secret = encodeURIComponent(options.password ?? password);
      return `postgresql://${name}:${secret}@127.0.0.1:${port}/${options.database ?? 'postgres'}`;
    },
    async query<T>(sql: string, params: unknown[] = [], database = 'postgres') {
      const client = await this.login(user, password, database);
      try {
        // With parameters one statement, without any number of them.
        const result = await (params.length > 0 ? client.query(sql, params) : client.query(sql));
        return (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as T[];
      } finally {
        await client.end();
      }
    },
    async login(name, secret, database = 'postgres') {
      const client = new pg.Client({ host: '127.0.0.1', port, user: name, password: secret, database });
      // A terminated session is an event of its own besides the failing query; tests look at the query.
      client.on('error', () => {});
      await client.connect();
      return client;
    },
    log: () => logged,
    async stop() {
      const running = server;
      server = undefined;
      if (!running || running.exitCode !== null) return;
      await new Promise((done) => {
        running.once('exit', done);
        running.kill('SIGINT');
      });
    },
    async start() {
      const followed = primary ? [...settings, `primary_conninfo=${primary.url()}`] : settings;
      server = await launch(binaries, data, port, followed, (text) => {
        logged += text;
      });
    },
    async close() {
      await this.stop();
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
      process.removeListener('exit', removeAtExit);
      for (const signal of SIGNALS) process.removeListener(signal, removeAndDie);
    },
  };
  await postgres.start();
  return postgres;
}

function makeCluster(
  { initdb, runAs }: PostgresBinaries,
  folder: string,
  data: string,
  user: string,
  password: string,
): void {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (runAs) for (const path of [folder, passwordFile]) chownSync(path, runAs.uid, runAs.gid);
  const args = [`--pgdata=${data}`, `--username=${user}`, `--pwfile=${passwordFile}`];
  args.push('--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync');
  execFileSync(initdb, args, { ...runAs, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  rmSync(passwordFile);
}

/** What a server has written when it was stopped in an orderly way is a base for a standby of it. */
async function copyCluster(
  primary: TestPostgres,
  { runAs }: PostgresBinaries,
  folder: string,
  data: string,
): Promise<void> {
  const [row] = await primary.query<{ data_directory: string }>('SHOW data_directory');
  await primary.stop();
  cpSync(row?.data_directory ?? '', data, { recursive: true });
  await primary.start();
  writeFileSync(join(data, 'standby.signal'), '');
  chmodSync(data, 0o700);
  if (!runAs) return;
  const all = readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => join(data, name));
  for (const path of [folder, data, ...all]) chownSync(path, runAs.uid, runAs.gid);
}

function launch(
  { postgres, runAs }: PostgresBinaries,
  data: string,
  port: number,
  settings: readonly string[],
  onLog: (text: string) => void,
): Promise<ChildProcess> {
  const flags = [...FLAGS, ...settings].flatMap((setting) => ['-c', setting]);
  const args = ['-D', data, '-p', String(port), ...flags];
  const server = spawn(postgres, args, { ...runAs, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let seen = '';
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${seen.slice(-2000)}`)));
    server.stderr.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      onLog(text);
      if (READY.test(seen)) return;
      seen += text;
      if (READY.test(seen)) resolve(server);
    });
  });
}

/** At exit nothing can be awaited: the server may write for a moment after its signal, so removing is tried again. */
function removeWhileItEnds(folder: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 40; tries += 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {}
    Atomics.wait(pause, 0, 0, 50);
    if (!existsSync(folder)) return;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject()));
    });
  });
}
