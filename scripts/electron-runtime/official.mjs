import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../process/run-command.mjs';
import { electronPackageFolder, executableInDist } from './installed-runtime.mjs';

const reachableWithinMs = 5_000;
const downloadWithinMs = 5 * 60_000;

/** Lets the `electron` package download its own binary. Resolves to false where its release host cannot be reached. */
export async function installOfficialRuntime() {
  if (process.env.KEYWARDEN_ELECTRON === 'substitute') return false;
  if (!(await releaseHostAnswers())) return false;
  const folder = electronPackageFolder();
  const executable = join(folder, 'dist', executableInDist);
  const quiet = { stdio: 'ignore', timeoutMs: downloadWithinMs };
  const code = await runCommand(process.execPath, [join(folder, 'install.js')], quiet);
  if (code === 0 && existsSync(executable)) return true;
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  return false;
}

/** A short look before the long download, for networks that swallow packets instead of refusing them. */
async function releaseHostAnswers() {
  if (process.env.ELECTRON_GET_USE_PROXY) return true;
  const base = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? 'https://github.com';
  try {
    await fetch(base, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(reachableWithinMs) });
    return true;
  } catch {
    return false;
  }
}
