import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { ask } from '../../bridge/ask.ts';

/** One line of a folder. */
export type SecretEntry = IpcOutput<'secrets.list'>['entries'][number];

/** The entries of each folder that was read; the top is the empty name. */
export type SecretFolders = ReadonlyMap<string, readonly SecretEntry[]>;

/** Names only, so this many are quick; what lies beyond is read when it is unfolded by search. */
const MOST_FOLDERS = 2000;
const AT_ONCE = 8;

/** Reads the names of all folders, top first, so that search is instant. */
export async function crawlFolders(): Promise<SecretFolders> {
  const folders = new Map<string, readonly SecretEntry[]>();
  let waiting = [''];
  while (waiting.length > 0 && folders.size < MOST_FOLDERS) {
    const batch = waiting.slice(0, AT_ONCE);
    waiting = waiting.slice(AT_ONCE);
    const lists = await Promise.all(
      batch.map(async (folder) => [folder, (await ask('secrets.list', { folder })).entries] as const),
    );
    for (const [folder, entries] of lists) {
      folders.set(folder, entries);
      waiting.push(...entries.filter((entry) => entry.isFolder).map((entry) => folderPath(entry)));
    }
  }
  return folders;
}

/** A folder's path without the slash that some write behind it. */
export function folderPath(entry: SecretEntry): string {
  return entry.path.replace(/\/+$/, '');
}
