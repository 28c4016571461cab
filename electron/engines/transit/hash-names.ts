import { z } from 'zod';

/** Vault's names of hashes, and the platform's. */
const HASHES = {
  sha1: 'sha1',
  'sha2-224': 'sha224',
  'sha2-256': 'sha256',
  'sha2-384': 'sha384',
  'sha2-512': 'sha512',
  'sha3-224': 'sha3-224',
  'sha3-256': 'sha3-256',
  'sha3-384': 'sha3-384',
  'sha3-512': 'sha3-512',
} as const;

const NAMES = Object.keys(HASHES) as readonly (keyof typeof HASHES)[];

/** The name of a hash, as a client says it; read as the platform's name. */
export const hashField = z
  .enum(NAMES, { error: `unsupported hash algorithm; one of ${NAMES.join(', ')}` })
  .transform((name) => HASHES[name]);
