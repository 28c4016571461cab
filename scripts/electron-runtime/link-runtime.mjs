import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronPackageFolder, executableInDist } from './installed-runtime.mjs';

/** Makes `electron`, electron-vite and Playwright find a runtime without any environment variable. */
export function linkRuntime(dist) {
  const folder = electronPackageFolder();
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  symlinkSync(dist, join(folder, 'dist'), 'dir');
  writeFileSync(join(folder, 'path.txt'), executableInDist);
}
