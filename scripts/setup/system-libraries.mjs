import { existsSync } from 'node:fs';
import { installedRuntime } from '../electron-runtime/installed-runtime.mjs';
import { announce } from '../process/announce.mjs';
import { hasDisplay } from '../process/display.mjs';
import { findProgram } from '../process/find-program.mjs';
import { runCommand } from '../process/run-command.mjs';

// What Electron needs on Debian beyond a bare installation, Xvfb for machines without a display, and the tests' openssl.
const debianPackages = [
  ...['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libnotify4', 'libsecret-1-0', 'libxtst6'],
  ...['at-spi2-core', 'xvfb', 'xauth', 'openssl'],
  // The Python clients of the compatibility suite and the servers that engines are tried against: elsewhere their
  // suites say aloud that they were left out.
  ...(process.env.CI ? ['python3-hvac', 'ansible', 'postgresql', 'mariadb-server'] : []),
  ...(process.env.CI ? ['redis-server', 'rabbitmq-server', 'openssh-server', 'openssh-client'] : []),
];
const aptOptions = [
  '-o',
  'Acquire::Retries=2',
  '-o',
  'Acquire::http::Timeout=30',
  '-o',
  'DPkg::Lock::Timeout=300',
];
const withinMs = 15 * 60_000;

/** The shared libraries below Electron: installed where we may, told where we may not. */
export const systemLibraries = {
  async done() {
    if (process.platform !== 'linux') return true;
    if (isDebian()) return (await missingPackages()).length === 0;
    return (await obstacles()).length === 0;
  },
  async run() {
    const missing = isDebian() ? await missingPackages() : debianPackages;
    if (isDebian() && process.getuid() === 0) return install(missing);

    const command = `sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
    const problems = await obstacles();
    announce(isDebian() ? `some system packages are missing: ${command}` : elsewhere(problems, command));
    if (problems.length) throw new Error(`Electron cannot start here: ${problems.join('; ')}.`);
  },
};

function isDebian() {
  return existsSync('/etc/debian_version') && findProgram('apt-get') !== null;
}

function elsewhere(problems, command) {
  return `Electron needs more from this system (${problems.join('; ')}). On Debian the command would be: ${command}`;
}

async function missingPackages() {
  // Newer releases carry some of these libraries under the same name with t64 at its end.
  const names = debianPackages.flatMap((name) => [name, `${name}t64`]);
  const query = ['-W', '-f', `\${Package} \${db:Status-Status}\n`, ...names];
  const { output } = await runCommand('dpkg-query', query, { capture: true, timeoutMs: 30_000 });
  const present = new Set(output.split('\n').filter((line) => line.endsWith(' installed')));
  const isPresent = (name) => present.has(`${name} installed`);
  return debianPackages.filter((name) => !isPresent(name) && !isPresent(`${name}t64`));
}

async function install(missing) {
  announce(`installing system packages: ${missing.join(' ')}`);
  const known = await installableNames(missing);
  if (known && (await apt('install', ...known)).code === 0) return;
  // No package lists yet, or so old that what they name is gone.
  await apt('update');
  const { code, output } = await apt('install', ...((await installableNames(missing)) ?? missing));
  if (code === 0) return;
  if ((await obstacles()).length) throw new Error(`apt-get install failed.\n${output}`);
  announce('apt-get install failed; going on, because Electron can start without them');
}

/** The names under which this release offers the packages, or null when its lists have not been fetched. */
async function installableNames(missing) {
  const all = missing.flatMap((name) => [name, `${name}t64`]);
  const { output } = await runCommand('apt-cache', ['policy', ...all], { capture: true, timeoutMs: 60_000 });
  const offered = new Set();
  for (const [, name, candidate] of output.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (.*)$/gm)) {
    if (candidate !== '(none)') offered.add(name);
  }
  const names = missing.map((name) => [name, `${name}t64`].find((candidate) => offered.has(candidate)));
  return names.includes(undefined) ? null : names;
}

function apt(action, ...names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const args = ['-qq', '-y', '--no-install-recommends', ...aptOptions, action, ...names];
  return runCommand('apt-get', args, { env, capture: true, timeoutMs: withinMs });
}

/** What would keep Electron from starting on this machine, in words. */
async function obstacles() {
  const runtime = installedRuntime();
  const found = [];
  if (runtime) {
    const { output } = await runCommand('ldd', [runtime], { capture: true, timeoutMs: 30_000 });
    const libraries = [...output.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);
    if (libraries.length) found.push(`these libraries are missing: ${libraries.join(' ')}`);
  }
  if (!hasDisplay() && !findProgram('Xvfb')) found.push('there is no display and no Xvfb');
  return found;
}
