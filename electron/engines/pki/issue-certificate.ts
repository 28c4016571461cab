import type { Change } from '../../vault/change.ts';
import { type Issuer, toBase64 } from './issuer.ts';
import { revealIssuerKey, type SealingTurn } from './issuer-key.ts';
import type { Lifetime } from './lifetime.ts';
import { CERTIFICATE_ISSUED, UNKEPT_ISSUED } from './pki-changes.ts';
import type { Format } from './request-fields.ts';
import type { Der } from './x509/der.ts';
import { authorityKey, keyIdentifier, subjectKey } from './x509/extensions.ts';
import { pem } from './x509/read-certificate.ts';
import { newSerial, serialText, signCertificate } from './x509/sign-certificate.ts';

/** A certificate that an issuer has just signed. */
export interface IssuedCertificate {
  readonly der: Der;
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Keeps it in the state, where it is to be kept. */
  readonly kept: Change;
  /** Where it is not: how long its authority may be needed. */
  readonly unkept: Change;
}

/** What stands in a certificate beside what the authority adds. */
export interface Wanted {
  readonly subject: Der;
  readonly spki: Der;
  readonly lifetime: Lifetime;
  readonly extensions: readonly Der[];
}

/** Signs with an issuer's key, within the turn. */
export function issueCertificate(turn: SealingTurn, issuer: Issuer, wanted: Wanted): IssuedCertificate {
  const serial = newSerial(turn.random);
  const { notBefore, notAfter } = wanted.lifetime;
  const der = signCertificate(
    {
      serial,
      issuer: issuer.certificate.subject,
      subject: wanted.subject,
      spki: wanted.spki,
      notBefore,
      notAfter,
      extensions: [
        ...wanted.extensions,
        subjectKey(keyIdentifier(wanted.spki)),
        authorityKey(issuer.certificate.keyId),
      ],
    },
    revealIssuerKey(turn, issuer),
  );
  return {
    der,
    serial: serialText(serial),
    notAfter,
    kept: CERTIFICATE_ISSUED.make({
      mount: turn.mount.uuid,
      serial: serialText(serial),
      issuer: issuer.authority,
      certificate: toBase64(der),
      notAfter,
    }),
    unkept: UNKEPT_ISSUED.make({ mount: turn.mount.uuid, authority: issuer.authority, notAfter }),
  };
}

/** The fields that tell a client of its certificate. `privateKey` is PEM or base64, already in the wanted form. */
export function describeIssued(
  { der, serial, notAfter }: Omit<IssuedCertificate, 'kept' | 'unkept'>,
  { issuer, chain }: { readonly issuer: Issuer; readonly chain: readonly Der[] },
  format: Format,
  privateKey?: string,
): Record<string, unknown> {
  const shown = (bytes: Der) => (format === 'der' ? toBase64(bytes) : pem('CERTIFICATE', bytes));
  const above = chain.filter((one) => !Buffer.from(one).equals(der));
  const bundle = [privateKey ?? [], shown(der), ...above.map((one) => pem('CERTIFICATE', one))]
    .flat()
    .join('\n');
  return {
    certificate: format === 'pem_bundle' ? bundle : shown(der),
    issuing_ca: shown(issuer.certificate.der),
    ca_chain: chain.map(shown),
    serial_number: serial,
    expiration: Math.floor(notAfter / 1000),
  };
}
