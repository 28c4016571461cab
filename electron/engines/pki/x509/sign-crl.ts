import type { KeyObject } from 'node:crypto';
import { bitString, type Der, explicit, integer, sequence, sequenceOf, time } from './der.ts';
import { authorityKey, extension } from './extensions.ts';
import { signatureAlgorithm } from './sign-der.ts';

/** What a list of revoked certificates says. Instants in milliseconds since 1970. */
export interface CrlTerms {
  readonly issuer: Der;
  /** The authority's key identifier. */
  readonly issuerKeyId: Uint8Array;
  /** Grows with each list. */
  readonly number: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly revoked: readonly { readonly serial: Uint8Array; readonly at: number }[];
}

/** The part of a list of revoked certificates (RFC 5280, section 5.1) that is signed; the key may be the public one. @returns DER. */
export function crlToBeSigned(terms: CrlTerms, key: KeyObject): Der {
  const entries = terms.revoked.map(({ serial, at }) => sequence(integer(serial), time(at)));
  const crlNumber = extension(20, integer(terms.number));
  return sequence(
    integer(1),
    signatureAlgorithm(key).identifier,
    terms.issuer,
    time(terms.thisUpdate),
    time(terms.nextUpdate),
    // An empty list must be left out.
    ...(entries.length === 0 ? [] : [sequenceOf(entries)]),
    explicit(0, sequence(authorityKey(terms.issuerKeyId), crlNumber)),
  );
}

/** The whole list. @returns DER. */
export function signedCrl(toBeSigned: Der, key: KeyObject, signature: Uint8Array): Der {
  return sequence(toBeSigned, signatureAlgorithm(key).identifier, bitString(signature));
}
