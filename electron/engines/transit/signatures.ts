import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import type { RandomBytes } from '../../vault/ports.ts';
import { hashOf, requireSigning } from './hashing.ts';
import { privateKeyOf } from './key-material.ts';
import { isRsa } from './key-types.ts';
import { deriveKey, type KeyUse, refused } from './key-use.ts';
import { longestSalt, signPkcs1Hash, signPssHash, verifyPkcs1Hash, verifyPssHash } from './rsa-prehashed.ts';

/** How a signature is made; hashes by the platform's names. */
export interface SignatureTerms {
  /** Undefined: Vault's `none`, for what is hashed and wrapped already. */
  readonly hash: string | undefined;
  readonly padding: 'pss' | 'pkcs1v15';
  readonly prehashed: boolean;
  /** JWS writes ECDSA's two numbers beside one another (RFC 7518), and all signatures in base64url. */
  readonly marshaling: 'asn1' | 'jws';
  /** Bytes of a PSS salt; undefined: as long as fits. */
  readonly saltLength: number | undefined;
  readonly context: Buffer | undefined;
}

/** RFC 8410: what stands ahead of a seed in PKCS #8. */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs some bytes, or the hash of some. */
export function signWith(
  use: KeyUse,
  version: number,
  input: Buffer,
  terms: SignatureTerms,
  random: RandomBytes,
): Buffer {
  const key = signingKey(use, version, terms);
  const { type } = use.key;
  if (type === 'ed25519') return signBytes(null, input, key);
  if (!terms.prehashed) requireSigning(terms.hash);
  if (!isRsa(type)) return signBytes(terms.hash, input, { key, ...ecdsaEncoding(terms) });
  if (terms.padding === 'pkcs1v15') {
    return terms.prehashed
      ? signPkcs1Hash(key, terms.hash, input)
      : signBytes(terms.hash, input, { key, padding: constants.RSA_PKCS1_PADDING });
  }
  const { hash = 'sha256' } = terms;
  const most = longestSalt(key, hashOf(hash).length);
  if ((terms.saltLength ?? 0) > most) throw refused('salt_length: too long for this key');
  if (!terms.prehashed)
    return signBytes(hash, input, { key, ...rsaPadding(terms, constants.RSA_PSS_SALTLEN_MAX_SIGN) });
  const salt = random(terms.saltLength ?? most);
  return signPssHash(key, hash, input, Buffer.from(salt));
}

/** Whether the signature is one of this key's over the input. */
export function verifyWith(
  use: KeyUse,
  version: number,
  input: Buffer,
  signature: Buffer,
  terms: SignatureTerms,
): boolean {
  const { type, derived } = use.key;
  const key = derived
    ? createPublicKey(signingKey(use, version, terms))
    : createPublicKey(checked(use, terms).version(version).public);
  if (type === 'ed25519') return verifyBytes(null, input, key, signature);
  if (!terms.prehashed) requireSigning(terms.hash);
  if (!isRsa(type)) return verifyBytes(terms.hash, input, { key, ...ecdsaEncoding(terms) }, signature);
  if (!terms.prehashed)
    return verifyBytes(
      terms.hash,
      input,
      { key, ...rsaPadding(terms, constants.RSA_PSS_SALTLEN_AUTO) },
      signature,
    );
  if (terms.padding === 'pkcs1v15') return verifyPkcs1Hash(key, terms.hash, input, signature);
  return verifyPssHash(key, terms.hash ?? 'sha256', input, signature, terms.saltLength);
}

/** The private key; of a derived one, that of the context. */
export function signingKey(use: KeyUse, version: number, terms: SignatureTerms): KeyObject {
  const { key } = checked(use, terms);
  const own = privateKeyOf(use.reveal(version));
  if (!key.derived) return own;
  const seed = own.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const pkcs8 = Buffer.concat([ED25519_PREFIX, deriveKey(key, Buffer.from(seed), terms.context, 32)]);
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
}

function checked(use: KeyUse, { hash, padding, prehashed }: SignatureTerms): KeyUse {
  const { type } = use.key;
  if (prehashed && !isRsa(type)) throw refused(`prehashed input is not supported for keys of type ${type}`);
  if (hash === undefined && !(isRsa(type) && prehashed && padding === 'pkcs1v15') && type !== 'ed25519') {
    throw refused('hash_algorithm=none requires both prehashed=true and signature_algorithm=pkcs1v15');
  }
  return use;
}

function ecdsaEncoding({ marshaling }: SignatureTerms): { readonly dsaEncoding: 'der' | 'ieee-p1363' } {
  return { dsaEncoding: marshaling === 'jws' ? 'ieee-p1363' : 'der' };
}

function rsaPadding({ padding, saltLength }: SignatureTerms, auto: number) {
  return padding === 'pkcs1v15'
    ? { padding: constants.RSA_PKCS1_PADDING }
    : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: saltLength ?? auto };
}
