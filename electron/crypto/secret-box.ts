import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';

export const NONCE_LENGTH = 24;
export const TAG_LENGTH = 16;

/**
 * Seals bytes with XChaCha20-Poly1305 and returns `nonce || ciphertext || tag`.
 * The nonce is 24 random bytes: long enough to be drawn at random for ever under one key.
 */
export function sealBox(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const ciphertext = xchacha20poly1305(key, nonce, associated).encrypt(plaintext);
  const box = new Uint8Array(NONCE_LENGTH + ciphertext.length);
  box.set(nonce);
  box.set(ciphertext, NONCE_LENGTH);
  return box;
}

/** Opens what `sealBox` made, or returns undefined where it does not authenticate. */
export function openBox(key: Uint8Array, associated: Uint8Array, box: Uint8Array): Uint8Array | undefined {
  if (box.length < NONCE_LENGTH + TAG_LENGTH) return undefined;
  try {
    return xchacha20poly1305(key, box.subarray(0, NONCE_LENGTH), associated).decrypt(
      box.subarray(NONCE_LENGTH),
    );
  } catch {
    return undefined;
  }
}
