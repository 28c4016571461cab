import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { announce } from '../process/announce.mjs';
import { npm } from '../process/npm.mjs';
import { projectRoot } from '../project-root.mjs';

const withinMs = 15 * 60_000;
const attempts = 3;

/** Installs what package-lock.json pins, without running anybody's install scripts. SECURITY(D1) */
export const npmPackages = {
  done: () => installedAsLocked(),
  async run() {
    announce('installing npm packages (npm ci)');
    for (let attempt = 1; !(await install()); attempt += 1) {
      if (attempt === attempts) throw new Error('npm ci failed; its own message is above.');
      // An npm whose set-up was killed may still be writing: without its tree it ends, and the next try is alone.
      rmSync(join(projectRoot, 'node_modules'), {
        recursive: true,
        force: true,
        maxRetries: 10,
        retryDelay: 500,
      });
      announce('trying again');
    }
  },
};

async function install() {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await npm(args, {
    cwd: projectRoot,
    stdio: ['ignore', 2, 2],
    timeoutMs: withinMs,
  });
  return code === 0 && installedAsLocked();
}

/**
 * Compares the lock file with npm's own record of what it put into node_modules. npm writes that record last, so an
 * installation that was cut short never looks complete.
 */
function installedAsLocked() {
  const wanted = lockedPackages('package-lock.json');
  const present = lockedPackages(join('node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, pkg]) => {
    const found = present[path];
    // Optional packages are for some platforms only, and npm leaves the others out.
    if (path === '' || (!found && pkg.optional)) return true;
    return found?.version === pkg.version && found.integrity === pkg.integrity;
  });
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(join(projectRoot, file), 'utf8')).packages;
  } catch {
    return null;
  }
}
