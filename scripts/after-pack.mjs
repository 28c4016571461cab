import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** electron-builder's hook: a package carries our app alone, not Electron's default one. */
export default async function afterPack({ appOutDir, packager }) {
  const product = `${packager.appInfo.productFilename}.app`;
  const resources = packager.platform.name === 'mac' ? join(product, 'Contents', 'Resources') : 'resources';
  await rm(join(appOutDir, resources, 'default_app.asar'), { force: true });
}
