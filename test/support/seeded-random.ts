import { createHash } from 'node:crypto';

/** Bytes that follow from a seed: two vaults that are given the same and do the same are one vault, twice. For tests alone. */
export function seededRandom(seed: string): (length: number) => Uint8Array {
  let count = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash('sha256').update(`${seed}/${count++}`).digest();
      bytes.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return bytes;
  };
}
