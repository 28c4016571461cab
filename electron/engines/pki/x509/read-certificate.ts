import { X509Certificate } from 'node:crypto';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { type Der, readParts } from './der.ts';
import { findExtension, keyIdentifier } from './extensions.ts';
import { readSerial } from './sign-certificate.ts';

const LONGEST_CHAIN = 20;
const NONE = new Uint8Array();

/** What is needed of a certificate to sign below it, and to tell what it is. */
export interface ReadCertificate {
  readonly der: Der;
  readonly serial: string;
  /** Names, byte for byte as they stand there. */
  readonly subject: Der;
  readonly issuer: Der;
  readonly spki: Der;
  readonly keyId: Uint8Array;
  /** Which key has signed it, where it says so. */
  readonly authorityKeyId: Uint8Array | undefined;
  /** Each as it stands there. */
  readonly extensions: readonly Der[];
  readonly isCa: boolean;
  /** How many authorities may follow; undefined for any number. */
  readonly pathLength: number | undefined;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly parsed: X509Certificate;
}

/** Takes a certificate (DER or PEM) apart. Throws `invalid-request`. */
export function readCertificate(encoded: Uint8Array | string): ReadCertificate {
  try {
    const parsed = new X509Certificate(encoded);
    const der = new Uint8Array(parsed.raw);
    const [whole] = readParts(der);
    const [toBeSigned] = readParts(whole?.contents ?? NONE);
    const parts = readParts(toBeSigned?.contents ?? NONE);
    // Version 1 has no version.
    const [, , issuer, , subject, spki] = parts[0]?.tag === 0xa0 ? parts.slice(1) : parts;
    if (!issuer || !subject || !spki) throw new RangeError('not a certificate');
    const [extensions] = readParts(parts.find(({ tag }) => tag === 0xa3)?.contents ?? NONE);
    const named = findExtension(extensions?.contents ?? NONE, 14);
    const [constraints] = readParts(findExtension(extensions?.contents ?? NONE, 19) ?? NONE);
    const [signer] = readParts(findExtension(extensions?.contents ?? NONE, 35) ?? NONE);
    const pathLength = readParts(constraints?.contents ?? NONE).find(({ tag }) => tag === 0x02);
    return {
      der,
      serial: readSerial(parsed.serialNumber),
      subject: subject.whole,
      issuer: issuer.whole,
      spki: spki.whole,
      keyId: readParts(named ?? NONE)[0]?.contents ?? keyIdentifier(spki.whole),
      authorityKeyId: readParts(signer?.contents ?? NONE).find(({ tag }) => tag === 0x80)?.contents,
      extensions: readParts(extensions?.contents ?? NONE).map(({ whole: one }) => one),
      isCa: parsed.ca,
      pathLength: pathLength && Buffer.from(pathLength.contents).readUIntBE(0, pathLength.contents.length),
      notBefore: Date.parse(parsed.validFrom),
      notAfter: Date.parse(parsed.validTo),
      parsed,
    };
  } catch (cause) {
    throw new KeywardenError('invalid-request', 'unable to parse the certificate', { cause });
  }
}

/** The certificates of a PEM text, in their order. Throws `invalid-request`. */
export function readPemCertificates(pem: string): readonly ReadCertificate[] {
  // A body has no dashes: without an end the next beginning is looked at at once.
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length > LONGEST_CHAIN) {
    throw new KeywardenError('invalid-request', `more than ${LONGEST_CHAIN} certificates at once`);
  }
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
