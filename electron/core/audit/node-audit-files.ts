import { type FileHandle, open } from 'node:fs/promises';
import type { AuditFiles } from './audit-files.ts';

/** The real disk: files are kept open, only ever appended to, and 0600 where they are new. */
export function nodeAuditFiles(): AuditFiles {
  const files = new Map<string, Promise<FileHandle>>();
  const opened = (path: string): Promise<FileHandle> => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const opening = open(path, 'a', 0o600);
    files.set(path, opening);
    return opening;
  };
  return {
    async append(path, text) {
      try {
        await (await opened(path)).appendFile(text);
      } catch (error) {
        // Opened anew at the next line: the disk may have been full, or the folder not there yet.
        const broken = files.get(path);
        files.delete(path);
        await broken?.then((file) => file.close()).catch(() => undefined);
        throw error;
      }
    },
    async close() {
      const all = [...files.values()];
      files.clear();
      await Promise.allSettled(all.map(async (file) => (await file).close()));
    },
  };
}
