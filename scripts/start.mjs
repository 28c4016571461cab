import { createInterface } from 'node:readline';
import { installedRuntime } from './electron-runtime/installed-runtime.mjs';
import { announce } from './process/announce.mjs';
import { withDisplay } from './process/display.mjs';
import { runCommand } from './process/run-command.mjs';
import { projectRoot } from './project-root.mjs';
import { everything, main } from './setup.mjs';

// What Chromium says on a machine without a desktop bus or a graphics card; nobody can do anything about it.
const noise = /ERROR:(bus|viz_main_impl|command_buffer_proxy_impl)\.cc/;

await main(everything, () =>
  withDisplay((env) => {
    const flags = [];
    if (process.getuid?.() === 0) {
      // SECURITY(W1): the one documented exception. Chromium refuses to run its sandbox as root.
      announce('running as root: starting Electron with --no-sandbox');
      flags.push('--no-sandbox');
    }
    const args = [...flags, projectRoot, ...process.argv.slice(2)];
    return runCommand(installedRuntime(), args, {
      env,
      // In a group of its own: Ctrl-C comes from us alone then, once, and leaves it the time to seal the vault.
      detached: process.platform !== 'win32',
      stdio: ['inherit', 'inherit', 'pipe'],
      onStart: showErrors,
    });
  }),
);

function showErrors(electron) {
  createInterface(electron.stderr).on('line', (line) => {
    if (!noise.test(line)) process.stderr.write(`${line}\n`);
  });
}
