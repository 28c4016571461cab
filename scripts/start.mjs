import { installedRuntime } from './electron-runtime/installed-runtime.mjs';
import { announce } from './process/announce.mjs';
import { withDisplay } from './process/display.mjs';
import { runCommand } from './process/run-command.mjs';
import { projectRoot } from './project-root.mjs';
import { everything, main } from './setup.mjs';

await main(everything, () =>
  withDisplay((env) => {
    const flags = [];
    if (process.getuid?.() === 0) {
      // SECURITY(W1): the one documented exception. Chromium refuses to run its sandbox as root.
      announce('running as root: starting Electron with --no-sandbox');
      flags.push('--no-sandbox');
    }
    return runCommand(installedRuntime(), [...flags, projectRoot, ...process.argv.slice(2)], { env });
  }),
);
