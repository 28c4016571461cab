import type { VaultFile } from './ports.ts';

const WINDOW = 1_048_576;

/** Reads a file from front to back with few calls: small reads are answered from one window of 1 MiB. */
export function readAhead(file: VaultFile): Pick<VaultFile, 'read' | 'size'> {
  let start = 0;
  let window: Uint8Array = new Uint8Array(0);
  return {
    size: () => file.size(),
    read: async (position, length) => {
      const offset = position - start;
      if (offset >= 0 && offset + length <= window.length) return window.subarray(offset, offset + length);
      if (length > WINDOW) return file.read(position, length);
      window = await file.read(position, WINDOW);
      start = position;
      return window.subarray(0, length);
    },
  };
}
