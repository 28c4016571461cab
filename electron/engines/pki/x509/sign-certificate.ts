import type { KeyObject } from 'node:crypto';
import type { RandomBytes } from '../../../vault/ports.ts';
import { type Der, explicit, integer, sequence, time } from './der.ts';
import { signatureAlgorithm, signDer } from './sign-der.ts';

/** Everything that a certificate says. Instants in milliseconds since 1970. */
export interface CertificateTerms {
  readonly serial: Uint8Array;
  /** The authority's name, exactly as it stands in its own certificate. */
  readonly issuer: Der;
  readonly subject: Der;
  /** The subject's public key (SubjectPublicKeyInfo). */
  readonly spki: Der;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Der[];
}

/** Makes a certificate (RFC 5280, section 4.1), signed with the authority's key. @returns DER. */
export function signCertificate(terms: CertificateTerms, key: KeyObject): Der {
  const toBeSigned = sequence(
    explicit(0, integer(2)),
    integer(terms.serial),
    signatureAlgorithm(key).identifier,
    terms.issuer,
    sequence(time(terms.notBefore), time(terms.notAfter)),
    terms.subject,
    terms.spki,
    explicit(3, sequence(...terms.extensions)),
  );
  return signDer(toBeSigned, key);
}

/** Twenty bytes, of which 158 bits nobody can guess, always positive and of one length. */
export function newSerial(random: RandomBytes): Uint8Array {
  const bytes = Uint8Array.from(random(20));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** `17:67:16:…`, as Vault and OpenSSL show serial numbers. */
export function serialText(serial: Uint8Array): string {
  return (Buffer.from(serial).toString('hex').match(/../g) ?? []).join(':');
}

/** Reads a serial number as people write it: hex with colons, dashes or nothing between. */
export function readSerial(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^0-9a-f]/g, '')
      .match(/../g) ?? []
  ).join(':');
}
