import { nodeFiles } from '../../../electron/vault/node-files.ts';
import type { VaultFile, VaultFiles } from '../../../electron/vault/ports.ts';

export type FaultyCall = 'write' | 'sync' | 'open' | 'rename' | 'syncFolder' | 'truncate' | 'stat' | 'remove';

/** The real disk, until it is told to fail. */
export class FaultyFiles {
  /** Asked before each call; a code such as `ENOSPC` makes it fail. */
  fault: (call: FaultyCall, path: string, count: number) => string | undefined = () => undefined;
  readonly calls = new Map<FaultyCall, number>();

  readonly files: VaultFiles = {
    ...nodeFiles,
    open: async (path, how) => {
      this.#before('open', path);
      return this.#file(await nodeFiles.open(path, how), path);
    },
    rename: async (from, to) => {
      this.#before('rename', to);
      await nodeFiles.rename(from, to);
    },
    remove: async (path) => {
      this.#before('remove', path);
      await nodeFiles.remove(path);
    },
    stat: async (path) => {
      this.#before('stat', path);
      return nodeFiles.stat(path);
    },
    syncFolder: async (path) => {
      this.#before('syncFolder', path);
      await nodeFiles.syncFolder(path);
    },
  };

  #before(call: FaultyCall, path: string): void {
    const count = (this.calls.get(call) ?? 0) + 1;
    this.calls.set(call, count);
    const code = this.fault(call, path, count);
    if (code) throw Object.assign(new Error(code), { code, errno: -5 });
  }

  #file(file: VaultFile, path: string): VaultFile {
    return {
      ...file,
      write: async (bytes, position) => {
        try {
          this.#before('write', path);
        } catch (error) {
          // A disk that fails in mid-write has written the first part.
          await file.write(bytes.subarray(0, bytes.length / 2), position);
          throw error;
        }
        await file.write(bytes, position);
      },
      sync: async () => {
        this.#before('sync', path);
        await file.sync();
      },
      truncate: async (length) => {
        this.#before('truncate', path);
        await file.truncate(length);
      },
    };
  }
}
