import { nodeFiles } from '../../../electron/vault/node-files.ts';
import type { VaultFiles } from '../../../electron/vault/ports.ts';

/** A real folder on a disk of so many bytes. */
export class SmallDisk {
  capacity: number;
  readonly #sizes = new Map<string, number>();

  constructor(capacity = Number.POSITIVE_INFINITY) {
    this.capacity = capacity;
  }

  get used(): number {
    return [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  readonly files: VaultFiles = {
    ...nodeFiles,
    open: async (path, how) => {
      const file = await nodeFiles.open(path, how);
      this.#sizes.set(path, await file.size());
      return {
        ...file,
        write: async (bytes, position) => {
          const size = this.#sizes.get(path) ?? 0;
          const room = this.capacity - this.used;
          const fits = Math.min(bytes.length, Math.max(0, size + room - position));
          this.#sizes.set(path, Math.max(size, position + fits));
          await file.write(bytes.subarray(0, fits), position);
          if (fits < bytes.length)
            throw Object.assign(new Error('no space left'), { code: 'ENOSPC', errno: -28 });
        },
        truncate: async (length) => {
          await file.truncate(length);
          this.#sizes.set(path, length);
        },
      };
    },
    rename: async (from, to) => {
      await nodeFiles.rename(from, to);
      this.#sizes.set(to, this.#sizes.get(from) ?? 0);
      this.#sizes.delete(from);
    },
    remove: async (path) => {
      await nodeFiles.remove(path);
      this.#sizes.delete(path);
    },
  };
}
