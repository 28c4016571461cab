import { dirname, join } from 'node:path';
import type { FolderLayout } from './folder-layout.ts';
import type { VaultFiles } from './ports.ts';
import { isMissing, removeIfThere } from './write-durably.ts';

/**
 * A vault that is being made has its header under another name from the first byte on, and gets its own as the last step of
 * all. Whoever dies in between leaves what nobody was told of, and the next one to make a vault there clears it away.
 * FORMAT.md section 1.
 */
export function unfinishedLayout(layout: FolderLayout): FolderLayout {
  return { ...layout, header: layout.unfinished };
}

/** Whether a folder holds a vault. A ledger without any header is what is left of one: never to be mixed with a new one. */
export async function holdsVault(files: VaultFiles, layout: FolderLayout): Promise<boolean> {
  if (await isThere(files, layout.header)) return true;
  if (await isThere(files, layout.unfinished)) return false;
  return (await namesIn(files, layout.ledger)).length > 0;
}

/** Removes what a vault that was never finished has left, its header last. Nothing where there is none. */
export async function clearUnfinished(files: VaultFiles, layout: FolderLayout): Promise<void> {
  if (!(await isThere(files, layout.unfinished))) return;
  for (const folder of [layout.ledger, layout.snapshots]) {
    for (const name of await namesIn(files, folder)) await removeIfThere(files, join(folder, name));
  }
  for (const path of [layout.reserve, layout.restored]) {
    await removeIfThere(files, `${path}.new`);
    await removeIfThere(files, path);
  }
  await files.syncFolder(layout.root);
  await removeIfThere(files, layout.unfinished);
}

/** From here on it is a vault, whole; or it throws, and it is none. */
export async function finishVault(files: VaultFiles, layout: FolderLayout): Promise<void> {
  await files.syncFolder(dirname(layout.root));
  await files.syncFolder(layout.root);
  await files.rename(layout.unfinished, layout.header);
  try {
    await files.syncFolder(layout.root);
  } catch (error) {
    // Who is told that there is no vault must be able to make it again.
    await files.rename(layout.header, layout.unfinished).catch(() => undefined);
    throw error;
  }
}

async function isThere(files: VaultFiles, path: string): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function namesIn(files: VaultFiles, folder: string): Promise<readonly string[]> {
  try {
    return await files.list(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
