import { type KeyObject, sign } from 'node:crypto';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { bitString, type Der, nothing, objectIdentifier, sequence } from './der.ts';

interface Algorithm {
  readonly identifier: Der;
  readonly hash: string | null;
}

const RSA: Algorithm = {
  identifier: sequence(objectIdentifier('1.2.840.113549.1.1.11'), nothing),
  hash: 'sha256',
};
const ED25519: Algorithm = { identifier: sequence(objectIdentifier('1.3.101.112')), hash: null };
/** By the curve, with the hash that is as strong (RFC 5758). */
const ECDSA: Readonly<Record<string, Algorithm>> = {
  prime256v1: { identifier: sequence(objectIdentifier('1.2.840.10045.4.3.2')), hash: 'sha256' },
  secp384r1: { identifier: sequence(objectIdentifier('1.2.840.10045.4.3.3')), hash: 'sha384' },
  secp521r1: { identifier: sequence(objectIdentifier('1.2.840.10045.4.3.4')), hash: 'sha512' },
};

/** How a key signs. Throws `invalid-request` for keys that cannot. */
export function signatureAlgorithm(key: KeyObject): Algorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const found =
    type === 'rsa' ? RSA : type === 'ed25519' ? ED25519 : ECDSA[(type === 'ec' && details?.namedCurve) || ''];
  if (!found) throw new KeywardenError('invalid-request', 'unsupported kind of key');
  return found;
}

/**
 * What is to be signed, how, and the signature: the outermost shape of certificates, of lists of revoked ones and of requests.
 * It signs at once (a millisecond or less; some with a long RSA key), so that what is signed and what is recorded belong to one turn.
 */
export function signDer(toBeSigned: Der, key: KeyObject): Der {
  return sequence(toBeSigned, signatureAlgorithm(key).identifier, bitString(signatureOf(toBeSigned, key)));
}

/** The bare signature. */
export function signatureOf(toBeSigned: Der, key: KeyObject): Uint8Array {
  return sign(signatureAlgorithm(key).hash, toBeSigned, key);
}
