import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { announce } from '../process/announce.mjs';
import { runCommand } from '../process/run-command.mjs';
import { projectRoot } from '../project-root.mjs';

const stamp = join(projectRoot, 'out', '.built-from');
const sources = [
  'electron',
  'renderer',
  'shared',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
];
const withinMs = 10 * 60_000;

/** Builds the app into out/ unless out/ already holds the build of exactly these sources. */
export const build = {
  done: () => existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(),
  async run() {
    announce('building');
    const from = fingerprint();
    rmSync(stamp, { force: true });
    const tool = join(projectRoot, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
    const env = { ...process.env, NO_COLOR: '1' };
    const options = { cwd: projectRoot, env, capture: true, timeoutMs: withinMs };
    const { code, output } = await runCommand(process.execPath, [tool, 'build'], options);
    if (code !== 0) throw new Error(`The build failed.\n${output}`);
    mkdirSync(join(projectRoot, 'out'), { recursive: true });
    writeFileSync(stamp, from);
  },
};

/** A digest over the names and contents of everything that the build reads. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  for (const path of sources.flatMap(filesBelow).sort()) {
    hash.update(`\0${path}\0`).update(readFileSync(join(projectRoot, path)));
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  const full = join(projectRoot, path);
  if (!existsSync(full)) return [];
  if (path.includes('.')) return [path];
  const entries = readdirSync(full, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(projectRoot.length + 1));
}
