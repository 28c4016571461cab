// @peculiar/x509 is put together by a container that cannot start without it.
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { type Der, readParts } from './der.ts';
import { keyIdentifier } from './extensions.ts';
import { readSerial } from './sign-certificate.ts';

/** What is needed of a certificate to sign below it, and to tell what it is. */
export interface ReadCertificate {
  readonly der: Der;
  readonly serial: string;
  /** Names, byte for byte as they stand there. */
  readonly subject: Der;
  readonly issuer: Der;
  readonly spki: Der;
  readonly keyId: string;
  readonly isCa: boolean;
  /** How many authorities may follow; undefined for any number. */
  readonly pathLength: number | undefined;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  readonly parsed: X509Certificate;
}

/** Takes a certificate (DER or PEM) apart. Throws `invalid-request`. */
export function readCertificate(encoded: Uint8Array | string): ReadCertificate {
  try {
    const parsed = new X509Certificate(encoded);
    const der = new Uint8Array(parsed.raw);
    const [whole] = readParts(der);
    const [toBeSigned] = readParts(whole?.contents ?? new Uint8Array());
    const parts = readParts(toBeSigned?.contents ?? new Uint8Array());
    // Version 1 has no version.
    const [, , issuer, , subject, spki] = parts[0]?.tag === 0xa0 ? parts.slice(1) : parts;
    if (!issuer || !subject || !spki) throw new RangeError('not a certificate');
    const extensions = new x509.X509Certificate(der);
    const constraints = extensions.getExtension(x509.BasicConstraintsExtension);
    const named = extensions.getExtension(x509.SubjectKeyIdentifierExtension);
    return {
      der,
      serial: readSerial(parsed.serialNumber),
      subject: subject.whole,
      issuer: issuer.whole,
      spki: spki.whole,
      keyId: named?.keyId ?? keyIdentifier(spki.whole),
      isCa: parsed.ca,
      pathLength: constraints?.pathLength,
      notAfter: Date.parse(parsed.validTo),
      parsed,
    };
  } catch (cause) {
    throw new KeywardenError('invalid-request', 'unable to parse the certificate', { cause });
  }
}

/** The certificates of a PEM text, in their order. */
export function readPemCertificates(pem: string): readonly ReadCertificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => readCertificate(block));
}

/** `-----BEGIN label-----`, in lines of 64, without a newline at the end, as Vault answers. */
export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}
