/** The kinds of keys, as Vault names them, and what each is good for. */
export const KEY_TYPES = [
  'aes128-gcm96',
  'aes256-gcm96',
  'chacha20-poly1305',
  'ed25519',
  'ecdsa-p256',
  'ecdsa-p384',
  'ecdsa-p521',
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'hmac',
] as const;
export type KeyType = (typeof KEY_TYPES)[number];
export type SymmetricType = 'aes128-gcm96' | 'aes256-gcm96' | 'chacha20-poly1305';

/** Encrypts with a secret that both sides share. */
export function isSymmetric(type: KeyType): type is SymmetricType {
  return keyBytes(type) > 0;
}

/** How long a key of random bytes is that encrypts; 0 for what is no such key. */
export function keyBytes(type: KeyType): number {
  if (type === 'aes128-gcm96') return 16;
  return type === 'aes256-gcm96' || type === 'chacha20-poly1305' ? 32 : 0;
}

export function isRsa(type: KeyType): boolean {
  return type.startsWith('rsa-');
}

/** Encrypts at all. */
export function canEncrypt(type: KeyType): boolean {
  return isSymmetric(type) || isRsa(type);
}

export function canSign(type: KeyType): boolean {
  return isRsa(type) || type.startsWith('ecdsa-') || type === 'ed25519';
}

/** A key of its own for each context can be made of it. */
export function canDerive(type: KeyType): boolean {
  return isSymmetric(type) || type === 'ed25519';
}
