/**
 * Hashes by the platform's names. SHA-3 stands here on its own: the desktop's platform has none.
 */
import { createHash, createHmac, getHashes } from 'node:crypto';
import { hmac } from '@noble/hashes/hmac.js';
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js';
import { refused } from './key-use.ts';

const SHA3: Readonly<Record<string, typeof sha3_256>> = {
  'sha3-224': sha3_224,
  'sha3-256': sha3_256,
  'sha3-384': sha3_384,
  'sha3-512': sha3_512,
};

/** The hash of some parts, one after the other. */
export function hashOf(algorithm: string, ...parts: readonly Uint8Array[]): Buffer {
  const own = SHA3[algorithm];
  const hash = own ? own.create() : createHash(algorithm);
  for (const part of parts) hash.update(part);
  return Buffer.from(hash.digest());
}

/** HMAC (RFC 2104). */
export function macOf(algorithm: string, key: Uint8Array, input: Uint8Array): Buffer {
  const own = SHA3[algorithm];
  return own ? Buffer.from(hmac(own, key, input)) : createHmac(algorithm, key).update(input).digest();
}

/** Throws `invalid-request` for a hash with which the platform, which signs messages itself, cannot sign. */
export function requireSigning(algorithm: string | undefined): void {
  if (algorithm === undefined || SHA3[algorithm] === undefined || getHashes().includes(algorithm)) return;
  throw refused('this hash algorithm is not there for signatures on this platform');
}
