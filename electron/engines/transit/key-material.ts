import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { makeKeyPair } from '../../core/make-key-pair.ts';
import type { RandomBytes } from '../../vault/ports.ts';
import { isSymmetric, type KeyType, keyBytes, type SymmetricType } from './key-types.ts';

/** Bytes of a key that authenticates. */
const HMAC_KEY = 32;

/** One version's secrets: a symmetric key, or a private key in PKCS #8; and a key for HMACs, which every type has. */
export interface Material {
  readonly key: Buffer;
  readonly hmac: Buffer;
}

const materialText = z.strictObject({ key: z.base64(), hmac: z.base64() });

/** Makes a version's secrets; large RSA keys take seconds. */
export async function makeMaterial(
  type: KeyType,
  random: RandomBytes,
  signal?: AbortSignal,
): Promise<Material> {
  if (isSymmetric(type) || type === 'hmac') return symmetricMaterial(type, random);
  const privateKey = await makePair(type, signal);
  return {
    key: privateKey.export({ format: 'der', type: 'pkcs8' }),
    hmac: Buffer.from(random(32)),
  };
}

/** The same for keys that are nothing but random bytes. */
export function symmetricMaterial(type: SymmetricType | 'hmac', random: RandomBytes): Material {
  return { key: Buffer.from(random(keyBytes(type) || HMAC_KEY)), hmac: Buffer.from(random(32)) };
}

/** As bytes, to be sealed. */
export function packMaterial({ key, hmac }: Material): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({ key: key.toString('base64'), hmac: hmac.toString('base64') }),
  );
}

/** Reads what `packMaterial` wrote. Throws when it is nothing of the kind. */
export function unpackMaterial(bytes: Uint8Array): Material {
  const { key, hmac } = materialText.parse(JSON.parse(new TextDecoder().decode(bytes)));
  return { key: Buffer.from(key, 'base64'), hmac: Buffer.from(hmac, 'base64') };
}

/** The private key of an asymmetric version. */
export function privateKeyOf({ key }: Material): KeyObject {
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** The public half in PEM; empty for what has none. */
export function publicText(type: KeyType, material: Material): string {
  if (isSymmetric(type) || type === 'hmac') return '';
  return createPublicKey(privateKeyOf(material)).export({ format: 'pem', type: 'spki' }).toString();
}

/** Whether these are secrets of that type: ones that were brought in may be anything. */
export function fitsType(type: KeyType, { key, hmac }: Material): boolean {
  if (hmac.length !== 32) return false;
  if (isSymmetric(type) || type === 'hmac') return key.length === (keyBytes(type) || HMAC_KEY);
  let pair: KeyObject;
  try {
    pair = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch {
    return false;
  }
  const { modulusLength, namedCurve } = pair.asymmetricKeyDetails ?? {};
  switch (type) {
    case 'ed25519':
      return pair.asymmetricKeyType === 'ed25519';
    case 'ecdsa-p256':
      return namedCurve === 'prime256v1';
    case 'ecdsa-p384':
      return namedCurve === 'secp384r1';
    case 'ecdsa-p521':
      return namedCurve === 'secp521r1';
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return pair.asymmetricKeyType === 'rsa' && modulusLength === Number(type.slice(4));
    default:
      return type satisfies never;
  }
}

function makePair(
  type: Exclude<KeyType, SymmetricType | 'hmac'>,
  signal: AbortSignal | undefined,
): Promise<KeyObject> {
  switch (type) {
    case 'ed25519':
      return makeKeyPair({ type });
    case 'ecdsa-p256':
      return makeKeyPair({ type: 'ec', curve: 'P-256' });
    case 'ecdsa-p384':
      return makeKeyPair({ type: 'ec', curve: 'P-384' });
    case 'ecdsa-p521':
      return makeKeyPair({ type: 'ec', curve: 'P-521' });
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return makeKeyPair({ type: 'rsa', bits: Number(type.slice(4)) }, signal);
    default:
      return type satisfies never;
  }
}
