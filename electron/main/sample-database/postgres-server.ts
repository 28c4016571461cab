import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

/** A PostgreSQL of ours on the loopback. */
export interface PostgresServer {
  readonly port: number;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const READY = 'database system is ready to accept connections';
/** A throw-away server need not survive a power cut. */
const FLAGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'full_page_writes=off'];

/**
 * Makes a cluster in a folder of our own. Its superuser has no password and nobody may log in without one, so that
 * no administrator's password exists that could leak.
 */
export async function makeCluster(programs: PostgresPrograms, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (programs.runAs) await chown(folder, programs.runAs.uid, programs.runAs.gid);
  const data = join(folder, 'data');
  const args = [`--pgdata=${data}`, '--username=postgres', '--auth=reject', '--encoding=UTF8'];
  await run(programs, programs.initdb, [...args, '--locale=C', '--no-sync'], folder, '');
  await writeFile(join(data, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
  return data;
}

/** Runs statements, one a line, in a server that listens nowhere and ends afterwards. */
export async function runAlone(
  programs: PostgresPrograms,
  data: string,
  database: string,
  statements: readonly string[],
): Promise<void> {
  const args = ['--single', '-D', data, '-c', 'exit_on_error=true', '-c', 'fsync=off', database];
  await run(programs, programs.postgres, args, data, `${statements.join('\n')}\n`);
}

/** Starts the server on a free port. */
export async function startServer(programs: PostgresPrograms, data: string): Promise<PostgresServer> {
  const port = await freePort();
  const flags = FLAGS.flatMap((flag) => ['-c', flag]);
  const [program, args] = withOwnFiles(programs.postgres, ['-D', data, '-p', String(port), ...flags]);
  const server = spawn(program, args, {
    ...programs.runAs,
    cwd: data,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  });
  await untilReady(server, ended);
  return {
    port,
    ended,
    async stop() {
      server.kill('SIGINT');
      await ended;
    },
  };
}

async function untilReady(server: ChildProcess, ended: Promise<void>): Promise<void> {
  const ready = new Promise<boolean>((resolve) => {
    let seen = '';
    // Read to the end, so that a full pipe never stops the server; kept only until it is ready.
    server.stderr?.on('data', (chunk: Buffer) => {
      if (seen.includes(READY)) return;
      seen += chunk.toString();
      if (seen.includes(READY)) resolve(true);
    });
  });
  if (!(await Promise.race([ready, ended.then(() => false)]))) {
    throw new KeywardenError('not-available', 'The sample database did not start on this machine.');
  }
}

function run(
  programs: PostgresPrograms,
  program: string,
  args: readonly string[],
  cwd: string,
  input: string,
): Promise<void> {
  const child = spawn(...withOwnFiles(program, args), {
    ...programs.runAs,
    cwd,
    env: environment(),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // It may end without reading; its exit code says the rest.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(
        new KeywardenError('not-available', 'The sample database could not be made on this machine.', {
          cause,
        }),
      );
    child.once('error', fail);
    child.once('exit', (code) => (code === 0 ? resolve() : fail(code)));
  });
}

/**
 * On Linux a child inherits the files and sockets that Chromium holds open, its ends of the channels to the window's
 * process among them: another user would hold them, and the window would outlive a crash of ours. A shell closes them
 * first; dash could not, since it takes file numbers of one digit only.
 */
function withOwnFiles(program: string, args: readonly string[]): [string, readonly string[]] {
  if (process.platform !== 'linux') return [program, args];
  const close = 'for n in $(ls /proc/self/fd); do ((n > 2)) && eval "exec $n>&-"; done';
  return ['bash', ['-c', `${close}; exec "$0" "$@"`, program, ...args]];
}

/** Nothing of ours reaches a foreign program's environment. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TZ } = process.env;
  return { LC_ALL: 'C', ...(PATH && { PATH }), ...(SystemRoot && { SystemRoot }), ...(TZ && { TZ }) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
