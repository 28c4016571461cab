import type { Issuer } from './issuer.ts';
import { pem, type ReadCertificate, readCertificate } from './x509/read-certificate.ts';

/**
 * The way from an issuer to the roots that vouch for it, as clients are to be sent it. An issuer that is signed by another
 * comes first, a certificate of the same authority that another root has signed (after a change of roots) before the
 * root itself: whoever trusts the former root then finds a way, and whoever trusts the new one stops there.
 */
export function chainOf(issuer: Issuer, all: readonly Issuer[], now: number): readonly Uint8Array[] {
  const known = all.filter(({ certificate }) => certificate.notAfter > now);
  const way: ReadCertificate[] = [];
  const roots: ReadCertificate[] = [];
  const add = (certificate: ReadCertificate) => {
    const list = namesAbove(certificate, certificate) ? roots : way;
    if (![...way, ...roots].some(({ der }) => Buffer.from(der).equals(certificate.der)))
      list.push(certificate);
  };
  add(issuer.certificate);
  for (const other of known) if (other.authority === issuer.authority) add(other.certificate);
  const above = [
    ...issuer.told.map((der) => readCertificate(der)),
    ...known.map(({ certificate }) => certificate),
  ];
  for (let at = 0; at < way.length; at += 1) {
    const below = way[at];
    if (below) for (const one of above) if (namesAbove(below, one)) add(one);
  }
  return [...way, ...roots].map(({ der }) => der);
}

/** The chain in PEM. */
export function chainPems(issuer: Issuer, all: readonly Issuer[], now: number): readonly string[] {
  return chainOf(issuer, all, now).map((der) => pem('CERTIFICATE', der));
}

/** Whether one certificate is of the authority that has signed the other. */
export function hasSigned(above: ReadCertificate, below: ReadCertificate): boolean {
  return (
    above.isCa &&
    Buffer.from(above.subject).equals(below.issuer) &&
    below.parsed.verify(above.parsed.publicKey)
  );
}

/** Whether a certificate vouches for itself. */
export function isSelfSigned(certificate: ReadCertificate): boolean {
  return hasSigned(certificate, certificate);
}

/** As `hasSigned`, by what a certificate says of itself: good enough to put in order what clients check anyway. */
function namesAbove(below: ReadCertificate, above: ReadCertificate): boolean {
  if (!above.isCa || !Buffer.from(above.subject).equals(below.issuer)) return false;
  return below.authorityKeyId
    ? Buffer.from(below.authorityKeyId).equals(above.keyId)
    : below.parsed.verify(above.parsed.publicKey);
}
