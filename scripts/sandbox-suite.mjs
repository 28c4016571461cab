import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedRuntime } from './electron-runtime/installed-runtime.mjs';
import { announce } from './process/announce.mjs';
import { runCommand } from './process/run-command.mjs';
import { projectRoot } from './project-root.mjs';
import { runSuite, suites } from './suites.mjs';

// Nobody: the one user that every system has and that owns nothing.
const ordinaryUser = { uid: 65534, gid: 65534 };
const copied = [
  'out',
  'test',
  'scripts',
  'shared',
  'node_modules',
  'package.json',
  'playwright.config.ts',
  'tsconfig.json',
];
const minute = 60_000;

/**
 * Proves that the renderer is really sandboxed. Chromium refuses that to root, so root runs this suite as an ordinary
 * user, in a copy where that user cannot read the checkout.
 */
export async function runSandboxSuite() {
  if (process.getuid?.() !== 0) return runSuite('sandbox');
  if (
    (await runCommand('unshare', ['--user', 'true'], { ...ordinaryUser, cwd: '/', capture: true })).code !== 0
  ) {
    announce('this machine lets no user make a namespace: the sandbox cannot be tried here');
    return { code: 0, passed: 0, failed: 0, skipped: 1 };
  }
  const folder = mkdtempSync(join(tmpdir(), 'keywarden-sandbox-'));
  try {
    chmodSync(folder, 0o755);
    const place = { node: process.execPath, root: projectRoot };
    return await runAsOrdinaryUser((await isUsable(place)) ? place : await copyInto(folder), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether the ordinary user can run Node, read the project and start Electron where they are. */
async function isUsable({ node, root }) {
  const files = [join(root, 'package.json'), join(root, 'out', 'main', 'index.js'), installedRuntime()];
  const look = `for (const file of ${JSON.stringify(files)}) fs.accessSync(file, fs.constants.R_OK)`;
  const options = { ...ordinaryUser, cwd: '/', capture: true, timeoutMs: minute };
  try {
    return (await runCommand(node, ['-e', look], options)).code === 0;
  } catch {
    return false; // not even Node can be reached
  }
}

async function copyInto(folder) {
  const root = join(folder, 'project');
  const dist = join(root, 'node_modules', 'electron', 'dist');
  const node = join(folder, 'node');
  mkdirSync(root);
  await run('cp', ['-a', ...copied.map((name) => join(projectRoot, name)), root]);
  rmSync(dist, { recursive: true, force: true });
  await run('cp', ['-a', realpathSync(dirname(installedRuntime())), dist]);
  await run('cp', [realpathSync(process.execPath), node]);
  await run('chmod', ['-R', 'a+rX', root, node]);
  return { node, root };
}

async function run(command, args) {
  const { code, output } = await runCommand(command, args, { capture: true, timeoutMs: 5 * minute });
  if (code !== 0) throw new Error(`${command} failed.\n${output}`);
}

async function runAsOrdinaryUser({ node, root }, folder) {
  const own = join(folder, 'own');
  mkdirSync(own);
  chownSync(own, ordinaryUser.uid, ordinaryUser.gid);
  const counts = join(own, 'counts.json');
  const env = {
    ...process.env,
    HOME: own,
    TMPDIR: own,
    XDG_CACHE_HOME: own,
    KEYWARDEN_TEST_OUTPUT: join(own, 'results'),
  };
  // The display of root's session is not open to this user, who gets a virtual one.
  for (const name of [
    'DISPLAY',
    'WAYLAND_DISPLAY',
    'XAUTHORITY',
    'XDG_RUNTIME_DIR',
    'DBUS_SESSION_BUS_ADDRESS',
  ]) {
    delete env[name];
  }
  const script = join(root, 'scripts', 'sandbox-suite.mjs');
  const options = { ...ordinaryUser, cwd: root, env, timeoutMs: suites.sandbox.limitMs + minute };
  await runCommand(node, [script, counts], options);
  return JSON.parse(readFileSync(counts, 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const counts = await runSuite('sandbox');
  writeFileSync(process.argv[2], JSON.stringify(counts));
}
