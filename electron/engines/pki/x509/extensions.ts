// @peculiar/x509 is put together by a container that cannot start without it.
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type Der, element, objectIdentifier, octetString, readParts, sequence } from './der.ts';

/** The names that a certificate answers for. */
export interface AltNames {
  readonly dns: readonly string[];
  readonly email: readonly string[];
  readonly ip: readonly string[];
  readonly uri: readonly string[];
}

/** Where clients find the authority's own certificate and what it has revoked. */
export interface CaUrls {
  readonly issuingCertificates: readonly string[];
  readonly crlDistributionPoints: readonly string[];
  readonly ocspServers: readonly string[];
}

/** What a certificate may be used for. */
export interface Usages {
  /** Bits of x509.KeyUsageFlags. */
  readonly keyUsage: number;
  /** Dotted. */
  readonly extKeyUsage: readonly string[];
}

const encoded = (extension: x509.Extension): Der => new Uint8Array(extension.rawData);

/** Which key this is, in hex: SHA-1 of its bits, as clients expect (RFC 5280, 4.2.1.2, method 1); a name, not a safeguard. */
export function keyIdentifier(spki: Der): string {
  const [key] = readParts(spki);
  const bits = readParts(key?.contents ?? new Uint8Array())[1]?.contents ?? new Uint8Array();
  return createHash('sha1').update(bits.subarray(1)).digest('hex');
}

export const authorityKey = (id: string): Der => encoded(new x509.AuthorityKeyIdentifierExtension(id));
export const subjectKey = (id: string): Der => encoded(new x509.SubjectKeyIdentifierExtension(id));

/** `pathLength` below 0 sets no limit. */
export function caConstraints(pathLength: number): Der {
  return encoded(new x509.BasicConstraintsExtension(true, pathLength < 0 ? undefined : pathLength, true));
}

export const leafConstraints = (): Der => encoded(new x509.BasicConstraintsExtension(false, undefined, true));

/** Without usages none is named, which means all. */
export function usageExtensions({ keyUsage, extKeyUsage }: Usages): readonly Der[] {
  return [
    ...(keyUsage === 0 ? [] : [encoded(new x509.KeyUsagesExtension(keyUsage, true))]),
    ...(extKeyUsage.length === 0 ? [] : [encoded(new x509.ExtendedKeyUsageExtension([...extKeyUsage]))]),
  ];
}

/** Critical where the subject is empty and these are the only names (RFC 5280, 4.2.1.6). */
export function altNames({ dns, email, ip, uri }: AltNames, critical: boolean): readonly Der[] {
  const names = [
    ...dns.map((value) => ({ type: 'dns', value }) as const),
    ...email.map((value) => ({ type: 'email', value }) as const),
    ...ip.map((value) => ({ type: 'ip', value }) as const),
    ...uri.map((value) => ({ type: 'url', value }) as const),
  ];
  return names.length === 0 ? [] : [encoded(new x509.SubjectAlternativeNameExtension(names, critical))];
}

export function urlExtensions({
  issuingCertificates,
  crlDistributionPoints,
  ocspServers,
}: CaUrls): readonly Der[] {
  const access = {
    ...(ocspServers.length > 0 && { ocsp: [...ocspServers] }),
    ...(issuingCertificates.length > 0 && { caIssuers: [...issuingCertificates] }),
  };
  return [
    ...(Object.keys(access).length === 0 ? [] : [encoded(new x509.AuthorityInfoAccessExtension(access))]),
    ...(crlDistributionPoints.length === 0
      ? []
      : [encoded(new x509.CRLDistributionPointsExtension([...crlDistributionPoints]))]),
  ];
}

export function policyExtensions(policies: readonly string[]): readonly Der[] {
  return policies.length === 0 ? [] : [encoded(new x509.CertificatePolicyExtension([...policies]))];
}

/** Name constraints (RFC 5280, 4.2.1.10): below these domains alone. */
export function permittedDomains(domains: readonly string[]): readonly Der[] {
  if (domains.length === 0) return [];
  const subtrees = domains.map((domain) => sequence(element(0x82, Buffer.from(domain, 'ascii'))));
  const value = sequence(element(0xa0, ...subtrees));
  return [sequence(objectIdentifier('2.5.29.30'), Uint8Array.of(0x01, 0x01, 0xff), octetString(value))];
}
