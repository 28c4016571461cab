// @peculiar/x509 is put together by a container that cannot start without it.
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { TlsIdentity } from './broker.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;
/** Clients pin it, so that it is not renewed behind their back; it only has to end some day. */
const LIFETIME = 10 * 365 * DAY;

/** Makes a certificate that answers for these names and addresses, signed by itself. `now` in milliseconds since 1970. */
export async function makeCertificate(names: readonly string[], now: number): Promise<TlsIdentity> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Keywarden',
      keys,
      signingAlgorithm: ALGORITHM,
      // A day early, for clients whose clocks are late.
      notBefore: new Date(now - DAY),
      notAfter: new Date(now + LIFETIME),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name }) as const),
        ),
      ],
    },
    webcrypto as Crypto,
  );
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { cert: certificate.toString('pem'), key: pem('PRIVATE KEY', key) };
}

/** Whether a certificate of ours still answers for all these names. */
export function answersFor({ cert }: TlsIdentity, names: readonly string[], now: number): boolean {
  const parsed = new X509Certificate(cert);
  const ends = Date.parse(parsed.validTo);
  return (
    now < ends &&
    names.every((name) => (isIP(name) === 0 ? parsed.checkHost(name) : parsed.checkIP(name)) !== undefined)
  );
}

/** What a client pins: SHA-256 over the certificate, in lower-case hex. */
export function fingerprintOf(cert: string): string {
  return new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
