import { createHash } from 'node:crypto';

/** The hash ahead of the first record. */
export const CHAIN_START: Uint8Array = new Uint8Array(32);

/** The chain that signatures, export and a stand-alone verifier rest on: SHA-256(previous hash || canonical record bytes). */
export function nextHash(previous: Uint8Array, record: Uint8Array): Uint8Array {
  return createHash('sha256').update(previous).update(record).digest();
}
