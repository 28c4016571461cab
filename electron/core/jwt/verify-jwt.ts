import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

type Json = Readonly<Record<string, unknown>>;

/** A token's parts, not yet believed. */
export interface ReadJwt {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly claims: Json;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** A public key and which tokens it may be asked about. */
export interface VerifyKey {
  readonly key: KeyObject;
  readonly id?: string | undefined;
  readonly algorithm?: string | undefined;
}

/** Longer is no token of anybody's. */
const MOST = 65_536;

/**
 * How each algorithm is checked, and which keys fit (RFC 7518, RFC 8037). Never `none`, never HMAC: with public keys
 * alone here, an HMAC under one of them would be everybody's (RFC 8725, section 3.1).
 */
const ALGORITHMS: Readonly<
  Record<string, { hash: string | null; type: string; curve?: string; pss?: true }>
> = {
  RS256: { hash: 'sha256', type: 'rsa' },
  RS384: { hash: 'sha384', type: 'rsa' },
  RS512: { hash: 'sha512', type: 'rsa' },
  PS256: { hash: 'sha256', type: 'rsa', pss: true },
  PS384: { hash: 'sha384', type: 'rsa', pss: true },
  PS512: { hash: 'sha512', type: 'rsa', pss: true },
  ES256: { hash: 'sha256', type: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', type: 'ec', curve: 'secp384r1' },
  ES512: { hash: 'sha512', type: 'ec', curve: 'secp521r1' },
  EdDSA: { hash: null, type: 'ed25519' },
};

/** Names of what can be checked. */
export const JWT_ALGORITHMS: readonly string[] = Object.keys(ALGORITHMS);

/** Takes a token apart. Throws `login-failed` for what is no token. */
export function readJwt(text: string): ReadJwt {
  const parts = text.split('.');
  const [head = '', body = '', signature = ''] = parts;
  const isShaped = parts.length === 3 && parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part));
  const header = isShaped && text.length <= MOST ? readObject(head) : undefined;
  const claims = header && readObject(body);
  if (!header || !claims || typeof header['alg'] !== 'string' || header['crit'] !== undefined) {
    throw new KeywardenError('login-failed', 'error verifying token: it is malformed');
  }
  return {
    algorithm: header['alg'],
    keyId: typeof header['kid'] === 'string' ? header['kid'] : undefined,
    claims,
    signed: Buffer.from(`${head}.${body}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** Whether one of the keys has signed it. A key that names its id or algorithm is asked for nothing else. */
export function isSigned(jwt: ReadJwt, keys: readonly VerifyKey[]): boolean {
  const way = Object.hasOwn(ALGORITHMS, jwt.algorithm) ? ALGORITHMS[jwt.algorithm] : undefined;
  if (!way) return false;
  return keys.some(({ key, id, algorithm }) => {
    if (id !== undefined && jwt.keyId !== undefined && id !== jwt.keyId) return false;
    if (algorithm !== undefined && algorithm !== jwt.algorithm) return false;
    if (key.asymmetricKeyType !== way.type) return false;
    if (way.curve !== undefined && key.asymmetricKeyDetails?.namedCurve !== way.curve) return false;
    const options =
      way.type === 'ec'
        ? { key, dsaEncoding: 'ieee-p1363' as const }
        : way.pss
          ? { key, padding: RSA_PSS, saltLength: SALT_OF_DIGEST }
          : { key };
    return verify(way.hash, jwt.signed, options, jwt.signature);
  });
}

/** The keys of a JWKS (RFC 7517); those that cannot be used here are passed over. */
export function readJwks(text: string): readonly VerifyKey[] {
  const set = JSON.parse(text) as { readonly keys?: unknown };
  const keys = Array.isArray(set.keys) ? set.keys : [];
  return keys.flatMap((jwk: Json) => {
    if (jwk?.['use'] !== undefined && jwk['use'] !== 'sig') return [];
    if (jwk?.['kty'] !== 'RSA' && jwk?.['kty'] !== 'EC' && jwk?.['kty'] !== 'OKP') return [];
    try {
      const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      return isStrong(key) ? [{ key, id: text(jwk['kid']), algorithm: text(jwk['alg']) }] : [];
    } catch {
      return [];
    }
  });
}

/** A PEM public key or certificate. Throws `invalid-request`. */
export function readPublicKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (isStrong(key) && !pem.includes('PRIVATE KEY')) return key;
  } catch {
    // Told below.
  }
  throw new KeywardenError(
    'invalid-request',
    'error parsing public key: a PEM key of RSA (2048 bits), EC or Ed25519',
  );
}

function isStrong(key: KeyObject): boolean {
  return key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
}

function readObject(part: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

// As in node:crypto's constants, which have no types of their own.
const RSA_PSS = 6;
const SALT_OF_DIGEST = -1;
