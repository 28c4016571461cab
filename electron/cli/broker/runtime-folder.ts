import { chmod, lstat, mkdir } from 'node:fs/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Surroundings } from '../surroundings.ts';

/** What others may do with the folder: write into it or list it. */
const OTHERS = 0o077;

/** Whether the folder is there, belongs to this user alone and is no link. Windows keeps it private by its place. */
export async function runtimeFolderIsOurs(folder: string, { platform, uid }: Surroundings): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  if (!found?.isDirectory()) return false;
  return platform === 'win32' || (found.uid === uid && (found.mode & OTHERS) === 0);
}

/** Makes the folder, or checks the one that is there. Throws `not-available` when it is not this user's own. */
export async function ensureRuntimeFolder(folder: string, surroundings: Surroundings): Promise<void> {
  // What stands in the way is told by the check.
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => {});
  const found = await lstat(folder).catch(() => undefined);
  if (surroundings.platform !== 'win32' && found?.isDirectory() && found.uid === surroundings.uid) {
    await chmod(folder, 0o700);
  }
  if (await runtimeFolderIsOurs(folder, surroundings)) return;
  throw new KeywardenError('not-available', `The folder ${folder} does not belong to you alone.`);
}
