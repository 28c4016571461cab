import { installedRuntime } from '../electron-runtime/installed-runtime.mjs';
import { linkRuntime } from '../electron-runtime/link-runtime.mjs';
import { installOfficialRuntime } from '../electron-runtime/official.mjs';
import { prepareSubstituteRuntime } from '../electron-runtime/substitute.mjs';

/** Sees to it that there is an Electron to run: the official one first, where it can be had. */
export const electron = {
  done: () => installedRuntime() !== null,
  async run() {
    if (await installOfficialRuntime()) return;
    linkRuntime(await prepareSubstituteRuntime());
  },
};
