import { createHash } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import {
  type Der,
  element,
  explicit,
  integer,
  objectIdentifier,
  octetString,
  readParts,
  sequence,
  yes,
} from './der.ts';

/** authorityInfoAccess (RFC 5280, 4.2.2.1). */
const INFORMATION_ACCESS = '1.3.6.1.5.5.7.1.1';

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
  /** Numbers of bits (RFC 5280, 4.2.1.3): 0 is digitalSignature. */
  readonly keyUsage: readonly number[];
  /** Dotted. */
  readonly extKeyUsage: readonly string[];
}

/** One extension (RFC 5280, section 4.2), by the last number of its identifier below id-ce. */
export function extension(number: number, value: Der, critical = false): Der {
  return extensionOf(`2.5.29.${number}`, value, critical);
}

/** Which key this is: SHA-1 of its bits, as clients expect (RFC 5280, 4.2.1.2, method 1); a name, not a safeguard. */
export function keyIdentifier(spki: Der): Uint8Array {
  const [key] = readParts(spki);
  const bits = readParts(key?.contents ?? new Uint8Array())[1]?.contents ?? new Uint8Array();
  return new Uint8Array(createHash('sha1').update(bits.subarray(1)).digest());
}

export const authorityKey = (id: Uint8Array): Der => extension(35, sequence(element(0x80, id)));
export const subjectKey = (id: Uint8Array): Der => extension(14, octetString(id));
export const leafConstraints = (): Der => extension(19, sequence(), true);

/** `pathLength` below 0 sets no limit. */
export function caConstraints(pathLength: number): Der {
  return extension(19, sequence(yes, ...(pathLength < 0 ? [] : [integer(pathLength)])), true);
}

/** Without usages none is named, which means all. */
export function usageExtensions({ keyUsage, extKeyUsage }: Usages): readonly Der[] {
  return [
    ...(keyUsage.length === 0 ? [] : [extension(15, namedBits(keyUsage), true)]),
    ...(extKeyUsage.length === 0 ? [] : [extension(37, sequence(...extKeyUsage.map(objectIdentifier)))]),
  ];
}

/**
 * Critical where the subject is empty and these are the only names (RFC 5280, 4.2.1.6). Whoever may name anything still
 * names nothing that could not be written, and a certificate is always for somebody. Throws `invalid-request`.
 */
export function altNames({ dns, email, ip, uri }: AltNames, critical: boolean): readonly Der[] {
  const texts = [...dns, ...email, ...uri].filter((text) => !/^[\x21-\x7e]+$/.test(text));
  const wrong = [...texts, ...ip.filter((address) => isIP(address) === 0 || address.includes('%'))];
  if (wrong.length > 0) {
    throw new KeywardenError('invalid-request', `that cannot be a subject alternate name: ${wrong[0]}`);
  }
  const names = [
    ...dns.map((name) => element(0x82, ascii(name))),
    ...email.map((address) => element(0x81, ascii(address))),
    ...ip.map((address) => element(0x87, addressBytes(address))),
    ...uri.map(uriName),
  ];
  if (names.length === 0 && critical)
    throw new KeywardenError(
      'invalid-request',
      'a certificate needs a name: neither a subject nor another is given',
    );
  return names.length === 0 ? [] : [extension(17, sequence(...names), critical)];
}

export function urlExtensions({
  issuingCertificates,
  crlDistributionPoints,
  ocspServers,
}: CaUrls): readonly Der[] {
  const access = [
    ...ocspServers.map((url) => sequence(objectIdentifier('1.3.6.1.5.5.7.48.1'), uriName(url))),
    ...issuingCertificates.map((url) => sequence(objectIdentifier('1.3.6.1.5.5.7.48.2'), uriName(url))),
  ];
  const points = crlDistributionPoints.map((url) => sequence(explicit(0, explicit(0, uriName(url)))));
  return [
    ...(access.length === 0 ? [] : [extensionOf(INFORMATION_ACCESS, sequence(...access), false)]),
    ...(points.length === 0 ? [] : [extension(31, sequence(...points))]),
  ];
}

export function policyExtensions(policies: readonly string[]): readonly Der[] {
  const named = policies.map((policy) => sequence(objectIdentifier(policy)));
  return named.length === 0 ? [] : [extension(32, sequence(...named))];
}

/** Name constraints (4.2.1.10): below these domains alone. */
export function permittedDomains(domains: readonly string[]): readonly Der[] {
  if (domains.length === 0) return [];
  const subtrees = domains.map((domain) => sequence(element(0x82, ascii(domain))));
  return [extension(30, sequence(explicit(0, ...subtrees)), true)];
}

/** Those of a certificate that another authority signs: all but who has signed it before. */
export function withoutAuthorityKey(extensions: readonly Der[]): readonly Der[] {
  return extensions.filter((one) => findExtension(one, 35) === undefined);
}

/**
 * Those that hold for another certificate of the same authority with another key: all but which keys are meant, and where
 * to look.
 */
export function heritable(extensions: readonly Der[]): readonly Der[] {
  const own = [14, 31, 35].map((number) => objectIdentifier(`2.5.29.${number}`));
  const passing = [...own, objectIdentifier(INFORMATION_ACCESS)].map((one) => Buffer.from(one));
  return extensions.filter((one) => {
    const [identifier] = readParts(readParts(one)[0]?.contents ?? new Uint8Array());
    return !passing.some((other) => identifier && other.equals(identifier.whole));
  });
}

/** The value of an extension that an encoded certificate has; as many of `extension`'s arguments. */
export function findExtension(extensions: Der, number: number): Der | undefined {
  const wanted = Buffer.from(objectIdentifier(`2.5.29.${number}`));
  for (const { contents } of readParts(extensions)) {
    const [identifier, ...rest] = readParts(contents);
    if (identifier && wanted.equals(identifier.whole)) return rest.at(-1)?.contents;
  }
  return undefined;
}

function extensionOf(identifier: string, value: Der, critical: boolean): Der {
  return sequence(objectIdentifier(identifier), ...(critical ? [yes] : []), octetString(value));
}

/** Bits by their number from the left, without those behind the last (X.690, 11.2.2). */
function namedBits(numbers: readonly number[]): Der {
  const last = Math.max(...numbers);
  const bytes = new Uint8Array(Math.floor(last / 8) + 1);
  for (const number of numbers) {
    const at = Math.floor(number / 8);
    bytes[at] = (bytes[at] ?? 0) | (0x80 >> (number % 8));
  }
  return element(0x03, Uint8Array.of(7 - (last % 8)), bytes);
}

function uriName(uri: string): Der {
  return element(0x86, ascii(uri));
}

function ascii(text: string): Buffer {
  return Buffer.from(text, 'ascii');
}

/** Four bytes or sixteen. The address has been checked. */
function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number));
  // The URL parser knows all the ways in which an address can be written, and writes it in groups alone.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'));
  const [front, back] = [groups(head), groups(tail)];
  const middle = Array.from({ length: 8 - front.length - back.length }, () => '0');
  const all = [...front, ...middle, ...back].map((group) => group.padStart(4, '0')).join('');
  return new Uint8Array(Buffer.from(all, 'hex'));
}
