import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { makeKeyPair } from '../../core/make-key-pair.ts';
import { pem } from './x509/read-certificate.ts';

/** The kinds of keys, as Vault calls them. */
export type KeyType = 'rsa' | 'ec' | 'ed25519';

const CURVES: Readonly<Record<number, string>> = { 256: 'prime256v1', 384: 'secp384r1', 521: 'secp521r1' };
const RSA_BITS: readonly number[] = [2048, 3072, 4096, 8192];

/** The length of a key where none was named; refuses those that do not exist or are too short. Throws `invalid-request`. */
export function keyBits(type: KeyType, wanted: number): number {
  if (type === 'ed25519') return 0;
  if (wanted === 0) return type === 'rsa' ? 2048 : 256;
  const known = type === 'rsa' ? RSA_BITS.includes(wanted) : CURVES[wanted] !== undefined;
  if (!known)
    throw new KeywardenError('invalid-request', `unsupported bit length for ${type} key: ${wanted}`);
  return wanted;
}

/** Makes a key outside of the loop; see `makeKeyPair`. Throws `invalid-request` too, for lengths that there are not. */
export async function newPrivateKey(type: KeyType, wanted: number, signal?: AbortSignal): Promise<KeyObject> {
  const bits = keyBits(type, wanted);
  if (type === 'ed25519') return makeKeyPair({ type });
  return makeKeyPair(type === 'ec' ? { type, curve: CURVES[bits] ?? '' } : { type, bits }, signal);
}

/** Which kind a key is, and how long. Throws `invalid-request` for other kinds, and for RSA exponents that protect nothing. */
export function describeKey(key: KeyObject): { readonly type: KeyType; readonly bits: number } {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return { type, bits: 0 };
  if (type === 'rsa') {
    const exponent = details?.publicExponent ?? 0n;
    // Whoever has such a public key can sign with it, or nobody can.
    if (exponent < 3n || exponent % 2n === 0n)
      throw new KeywardenError('invalid-request', `RSA keys with the exponent ${exponent} are not signed`);
    return { type, bits: details?.modulusLength ?? 0 };
  }
  const bits = Object.keys(CURVES).find((size) => CURVES[Number(size)] === details?.namedCurve);
  if (type === 'ec' && bits !== undefined) return { type, bits: Number(bits) };
  throw new KeywardenError('invalid-request', 'unsupported kind of key');
}

/** The public half (SubjectPublicKeyInfo). */
export function publicDer(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
}

/** What is sealed. The caller zero-fills it. */
export function privateDer(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'pkcs8' });
}

/** The key behind what was sealed. */
export function readPrivateDer(der: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
}

/** The two fields in which a new key goes out, in the forms that Vault offers. */
export function revealPrivateKey(
  key: KeyObject,
  format: { readonly isDer: boolean; readonly isPkcs8: boolean },
): { readonly private_key: string; readonly private_key_type: KeyType } {
  const { type } = describeKey(key);
  const form = format.isPkcs8 || type === 'ed25519' ? 'pkcs8' : type === 'rsa' ? 'pkcs1' : 'sec1';
  const der = key.export({ format: 'der', type: form });
  const label = { pkcs8: 'PRIVATE KEY', pkcs1: 'RSA PRIVATE KEY', sec1: 'EC PRIVATE KEY' }[form];
  return { private_key: format.isDer ? der.toString('base64') : pem(label, der), private_key_type: type };
}
