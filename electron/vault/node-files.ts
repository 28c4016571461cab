import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import type { VaultFile, VaultFiles } from './ports.ts';

const FLAGS = { new: 'wx+', existing: 'r+', reading: 'r' } as const;

/** The real disk. */
export const nodeFiles: VaultFiles = {
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  list: (folder) => readdir(folder),
  realPath: (path) => realpath(path),
  read: (path) => readFile(path),
  stat: async (path) => {
    const { ino, mtimeMs, size } = await stat(path);
    return { identity: `${ino}:${mtimeMs}`, size };
  },
  open: async (path, how) => vaultFile(await open(path, FLAGS[how], 0o600)),
  rename: (from, to) => rename(from, to),
  remove: (path) => unlink(path),
  syncFolder: async (path) => {
    if (process.platform === 'win32') return; // A folder cannot be opened there; NTFS journals renames itself.
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

function vaultFile(handle: FileHandle): VaultFile {
  return {
    write: async (bytes, position) => {
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      }
    },
    read: async (position, length) => {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    size: async () => (await handle.stat()).size,
    close: () => handle.close(),
  };
}
