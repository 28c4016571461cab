import { folderPath, type SecretEntry, type SecretFolders } from './crawl-folders.ts';

/** A line of the tree, or of what a search found. */
export type SecretLine =
  | {
      readonly kind: 'folder';
      readonly path: string;
      readonly name: string;
      readonly level: number;
      readonly open: boolean;
    }
  | {
      readonly kind: 'secret';
      readonly path: string;
      readonly name: string;
      readonly level: number;
      readonly updatedAt: number | null;
    };

/** The tree as it is unfolded, folders before secrets. */
export function treeLines(folders: SecretFolders, unfolded: ReadonlySet<string>): readonly SecretLine[] {
  const lines: SecretLine[] = [];
  const walk = (folder: string, level: number): void => {
    for (const entry of sorted(folders.get(folder) ?? [])) {
      if (!entry.isFolder) {
        lines.push(secretLine(entry, entry.name, level));
        continue;
      }
      const path = folderPath(entry);
      const open = unfolded.has(path);
      lines.push({ kind: 'folder', path, name: entry.name.replace(/\/+$/, ''), level, open });
      if (open) walk(path, level + 1);
    }
  };
  walk('', 0);
  return lines;
}

/** The secrets whose path holds every word, wherever they lie. */
export function foundLines(folders: SecretFolders, words: string): readonly SecretLine[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return allSecrets(folders)
    .filter((entry) => wanted.every((word) => entry.path.toLowerCase().includes(word)))
    .map((entry) => secretLine(entry, entry.path, 0));
}

/** Every secret that was read, by path. */
export function allSecrets(folders: SecretFolders): readonly SecretEntry[] {
  return [...folders.values()]
    .flat()
    .filter((entry) => !entry.isFolder)
    .sort((a, b) => a.path.localeCompare(b.path));
}

/** The key by which a line is selected. */
export function lineKey(line: SecretLine): string {
  return `${line.kind}:${line.path}`;
}

function secretLine(entry: SecretEntry, name: string, level: number): SecretLine {
  return { kind: 'secret', path: entry.path, name, level, updatedAt: entry.updatedAt };
}

function sorted(entries: readonly SecretEntry[]): readonly SecretEntry[] {
  return [...entries].sort(
    (a, b) =>
      Number(b.isFolder) - Number(a.isFolder) || a.name.localeCompare(b.name, undefined, { numeric: true }),
  );
}
