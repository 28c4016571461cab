import type { KdfRules } from '../../../electron/crypto/passphrase-kdf.ts';

/** The seam for a quick key derivation: handed in, never read from the file. */
export const QUICK_KDF: KdfRules = {
  least: { memory: 64, passes: 1, lanes: 1 },
  most: { memory: 1_048_576, passes: 16, lanes: 4 },
  target: 0,
};

export const PASSPHRASE: Uint8Array = Buffer.from('correct horse battery staple');
