import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { RandomBytes } from '../../vault/ports.ts';
import type { TransitKey } from './key-rows.ts';
import { deriveKey, refused } from './key-use.ts';

const KEY = 32;
const NONCE = 12;
const TAG = 16;

/** What goes with one plaintext or ciphertext. */
export interface SymmetricInput {
  readonly context: Buffer | undefined;
  /** Authenticated, not hidden. */
  readonly aad: Buffer | undefined;
}

/** Nonce, ciphertext and tag. A convergent key makes the nonce of the plaintext, so that equal texts are equal ciphertexts. */
export function encryptSymmetric(
  key: TransitKey,
  secret: Buffer,
  plaintext: Buffer,
  { context, aad }: SymmetricInput,
  random: RandomBytes,
): Buffer {
  // Vault's third convergent version: 64 bytes are derived, for the cipher and for the nonce.
  const derived = deriveKey(key, secret, context, key.convergent ? 2 * KEY : KEY);
  const cipherKey = derived.subarray(0, KEY);
  const nonce = key.convergent
    ? createHmac('sha256', derived.subarray(KEY)).update(plaintext).digest().subarray(0, NONCE)
    : Buffer.from(random(NONCE));
  if (key.type === 'chacha20-poly1305') {
    return Buffer.concat([nonce, chacha20poly1305(cipherKey, nonce, aad).encrypt(plaintext)]);
  }
  const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce);
  if (aad) cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what `encryptSymmetric` made. Throws Vault's words where it was changed, or is somebody else's. */
export function decryptSymmetric(
  key: TransitKey,
  secret: Buffer,
  sealed: Buffer,
  { context, aad }: SymmetricInput,
): Buffer {
  if (sealed.length < NONCE + TAG) throw refused('invalid ciphertext: length is less than expected');
  const cipherKey = deriveKey(key, secret, context, key.convergent ? 2 * KEY : KEY).subarray(0, KEY);
  const nonce = sealed.subarray(0, NONCE);
  try {
    if (key.type === 'chacha20-poly1305') {
      return Buffer.from(chacha20poly1305(cipherKey, nonce, aad).decrypt(sealed.subarray(NONCE)));
    }
    const decipher = createDecipheriv('aes-256-gcm', cipherKey, nonce, { authTagLength: TAG });
    if (aad) decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
  } catch {
    throw refused('cipher: message authentication failed');
  }
}
