import { hash } from 'node:crypto';

/** The hash ahead of the first record. */
export const CHAIN_START: Uint8Array = new Uint8Array(32);

/** The chain that signatures, export and a stand-alone verifier rest on: SHA-256(previous hash || canonical record bytes). */
export function nextHash(previous: Uint8Array, record: Uint8Array): Uint8Array {
  const both = Buffer.allocUnsafe(previous.length + record.length);
  both.set(previous);
  both.set(record, previous.length);
  // In one go, and by way of text: several times as fast for bytes as few as these.
  return Buffer.from(hash('sha256', both, 'binary'), 'latin1');
}
