import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { RandomBytes } from '../../vault/ports.ts';
import type { TransitKey } from './key-rows.ts';
import { keyBytes } from './key-types.ts';
import { deriveKey, refused } from './key-use.ts';

/** Of the key that makes a convergent nonce. */
const NONCE_KEY = 32;
const NONCE = 12;
const TAG = 16;

/** What goes with one plaintext or ciphertext. */
export interface SymmetricInput {
  readonly context: Buffer | undefined;
  /** Authenticated, not hidden. */
  readonly aad: Buffer | undefined;
}

/**
 * Nonce, ciphertext and tag. A convergent key makes the nonce of what is encrypted, so that equal texts are equal ciphertexts.
 */
export function encryptSymmetric(
  key: TransitKey,
  secret: Buffer,
  plaintext: Buffer,
  { context, aad }: SymmetricInput,
  random: RandomBytes,
): Buffer {
  // Vault's third convergent version: what is derived is for the cipher and for the nonce.
  const length = keyBytes(key.type);
  const derived = deriveKey(key, secret, context, key.convergent ? length + NONCE_KEY : length);
  const cipherKey = derived.subarray(0, length);
  const nonce = key.convergent
    ? convergentNonce(derived.subarray(length), plaintext, aad)
    : Buffer.from(random(NONCE));
  if (key.type === 'chacha20-poly1305') {
    return Buffer.concat([nonce, chacha20poly1305(cipherKey, nonce, aad).encrypt(plaintext)]);
  }
  const cipher = createCipheriv(cipherOf(cipherKey), cipherKey, nonce);
  if (aad) cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * As Vault's, and with the associated data in it where there is any.
 *
 * SECURITY: two tags under one nonce, over different associated data, would give away the key that authenticates.
 */
function convergentNonce(key: Buffer, plaintext: Buffer, aad: Buffer | undefined): Buffer {
  const own = aad?.length ? createHmac('sha256', key).update(aad).digest() : key;
  return createHmac('sha256', own).update(plaintext).digest().subarray(0, NONCE);
}

/** Opens what `encryptSymmetric` made. Throws Vault's words where it was changed, or is somebody else's. */
export function decryptSymmetric(
  key: TransitKey,
  secret: Buffer,
  sealed: Buffer,
  { context, aad }: SymmetricInput,
): Buffer {
  if (sealed.length < NONCE + TAG) throw refused('invalid ciphertext: length is less than expected');
  const length = keyBytes(key.type);
  const derived = deriveKey(key, secret, context, key.convergent ? length + NONCE_KEY : length);
  const cipherKey = derived.subarray(0, length);
  const nonce = sealed.subarray(0, NONCE);
  try {
    if (key.type === 'chacha20-poly1305') {
      return Buffer.from(chacha20poly1305(cipherKey, nonce, aad).decrypt(sealed.subarray(NONCE)));
    }
    const decipher = createDecipheriv(cipherOf(cipherKey), cipherKey, nonce, { authTagLength: TAG });
    if (aad) decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
  } catch {
    throw refused('cipher: message authentication failed');
  }
}

function cipherOf(key: Buffer): 'aes-128-gcm' | 'aes-256-gcm' {
  return key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
}
