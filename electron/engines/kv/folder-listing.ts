import type { ReadDb } from '../../vault/state-db.ts';

/** The character after `/`: the end of the range that a folder's descendants fill. */
const AFTER_SLASH = '0';

/**
 * The names in a folder, sub-folders with a slash at their end, sorted.
 *
 * Secrets are one range of the index; sub-folders are found by seeking from one to the next, so the cost does not
 * depend on how much lies below them.
 */
export function listFolder(db: ReadDb, mount: string, folder: string): string[] {
  const names = db
    .all<{ name: string }>(
      'SELECT name FROM kv_secret WHERE mount = ? AND folder = ? ORDER BY name',
      mount,
      folder,
    )
    .map((row) => row.name);
  return [...names, ...subFolders(db, mount, folder)].sort((a, b) => (a < b ? -1 : 1));
}

function subFolders(db: ReadDb, mount: string, folder: string): string[] {
  const found: string[] = [];
  const end = folder === '' ? null : folder.slice(0, -1) + AFTER_SLASH;
  let from = folder;
  for (;;) {
    const next = db.get<{ folder: string }>(
      `SELECT folder FROM kv_secret WHERE mount = ? AND folder >= ? AND folder <> ? AND (? IS NULL OR folder < ?)
       ORDER BY folder LIMIT 1`,
      mount,
      from,
      folder,
      end,
      end,
    );
    if (!next) return found;
    const child = next.folder.slice(folder.length, next.folder.indexOf('/', folder.length) + 1);
    found.push(child);
    from = folder + child.slice(0, -1) + AFTER_SLASH;
  }
}
