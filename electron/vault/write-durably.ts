import { dirname, join } from 'node:path';
import type { VaultFile, VaultFiles } from './ports.ts';

/**
 * Puts a file in place whole or not at all: written beside, synced, renamed, folder synced.
 * `fill` writes the bytes; `check`, awaited last before the rename, may still throw.
 * What a crash leaves beside (`*.new`) is overwritten by the next try.
 */
export async function writeDurably(
  files: VaultFiles,
  path: string,
  fill: (file: VaultFile) => Promise<void>,
  check?: () => Promise<void>,
): Promise<void> {
  const beside = `${path}.new`;
  await removeIfThere(files, beside);
  const file = await files.open(beside, 'new');
  try {
    await fill(file);
    await file.sync();
  } finally {
    await file.close();
  }
  await check?.();
  await files.rename(beside, path);
  await files.syncFolder(dirname(path));
}

/** Removes a file; no error where there is none. */
export async function removeIfThere(files: VaultFiles, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Whether an error of the operating system says that nothing is there. */
export function isMissing(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Removes what crashes have left beside in a folder: it means nothing, but it may hold what was destroyed since. */
export async function removeUnfinished(files: VaultFiles, folder: string): Promise<void> {
  for (const name of await files.list(folder)) {
    if (name.endsWith('.new')) await removeIfThere(files, join(folder, name));
  }
}
