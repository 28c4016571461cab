import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { projectRoot } from '../project-root.mjs';

const executables = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/** Where the executable lies inside an Electron dist folder on this platform. */
export const executableInDist = executables[process.platform] ?? 'electron';

/** The folder of the installed `electron` package. */
export function electronPackageFolder() {
  return dirname(createRequire(join(projectRoot, 'package.json')).resolve('electron/package.json'));
}

/** The Electron executable that `npm start`, electron-vite and Playwright use, or null when there is none yet. */
export function installedRuntime() {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(electronPackageFolder(), 'dist');
  const executable = join(dist, executableInDist);
  return existsSync(executable) ? executable : null;
}
