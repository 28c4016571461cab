/** DER (X.690), as much of it as certificates and lists of revoked ones are made of. */
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { formatInstant } from '../../../core/format-instant.ts';

/** The years 0000 to 9999. */
const FIRST_INSTANT = -62_167_219_200_000;
const LAST_INSTANT = 253_402_300_800_000;

/** One encoded value, tag and length included. */
export type Der = Uint8Array;

/** Encodes a value of any tag. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Der {
  let length = 0;
  for (const part of contents) length += part.length;
  const head = encodeLength(length);
  const encoded = new Uint8Array(1 + head.length + length);
  encoded[0] = tag;
  encoded.set(head, 1);
  let at = 1 + head.length;
  for (const part of contents) {
    encoded.set(part, at);
    at += part.length;
  }
  return encoded;
}

export const sequence = (...members: readonly Der[]): Der => element(0x30, ...members);
/** As many members as there are: more than can be arguments of a function. */
export const sequenceOf = (members: readonly Der[]): Der => element(0x30, Buffer.concat(members));
export const set = (...members: readonly Der[]): Der => element(0x31, ...members);
export const octetString = (bytes: Uint8Array): Der => element(0x04, bytes);
export const utf8String = (text: string): Der => element(0x0c, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Der => element(0x13, Buffer.from(text, 'ascii'));
export const nothing: Der = Uint8Array.of(0x05, 0x00);
export const yes: Der = Uint8Array.of(0x01, 0x01, 0xff);
/** A member that is told by its number, around the whole of another value. */
export const explicit = (number: number, ...members: readonly Der[]): Der =>
  element(0xa0 + number, ...members);

/** All bits count: nothing that is signed here has a length that is no multiple of eight. */
export const bitString = (bytes: Uint8Array): Der => element(0x03, Uint8Array.of(0), bytes);

/** A number from 0, of its big-endian bytes. */
export function integer(value: Uint8Array | number): Der {
  const bytes = typeof value === 'number' ? Buffer.from(evenHex(value.toString(16)), 'hex') : value;
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  return element(0x02, (short[0] ?? 0) > 0x7f ? Uint8Array.of(0) : new Uint8Array(), short);
}

/** `1.2.840.…` */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

/**
 * An instant in milliseconds since 1970, to the second; in the form that RFC 5280 (4.1.2.5) wants for its year.
 * Throws `invalid-request` for years that have no form.
 */
export function time(instant: number): Der {
  if (!(instant >= FIRST_INSTANT && instant < LAST_INSTANT)) {
    throw new KeywardenError(
      'invalid-request',
      'certificates know no such time: their years have four digits',
    );
  }
  const digits = formatInstant(instant).replace(/\D/g, '').slice(0, 14);
  const year = Number(digits.slice(0, 4));
  const isShort = year >= 1950 && year < 2050;
  return element(isShort ? 0x17 : 0x18, Buffer.from(`${isShort ? digits.slice(2) : digits}Z`));
}

/** One value inside of others. */
export interface Part {
  readonly tag: number;
  /** Without tag and length. */
  readonly contents: Uint8Array;
  /** With them. */
  readonly whole: Der;
}

/**
 * The values that stand one after the other. SECURITY: lengths in the one form that DER has, so that nobody else who reads
 * the same bytes finds other values in them. Throws RangeError for anything else, and where the bytes end too early.
 */
export function readParts(bytes: Uint8Array): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    const short = bytes[at + 1] ?? 0;
    const lengthBytes = short > 0x7f ? short & 0x7f : 0;
    const start = at + 2 + lengthBytes;
    if (start > bytes.length) throw new RangeError('DER ends too early');
    const length =
      short <= 0x7f
        ? short
        : lengthBytes >= 1 && lengthBytes <= 4
          ? Buffer.from(bytes.subarray(at + 2, start)).readUIntBE(0, lengthBytes)
          : Number.NaN;
    const isShortest = encodeLength(length || 0).length === 1 + lengthBytes;
    // Tags of more than one byte occur nowhere in what is read here.
    if (Number.isNaN(length) || !isShortest || (tag & 0x1f) === 0x1f) throw new RangeError('not DER');
    if (start + length > bytes.length) throw new RangeError('DER ends too early');
    parts.push({
      tag,
      contents: bytes.subarray(start, start + length),
      whole: bytes.subarray(at, start + length),
    });
    at = start + length;
  }
  return parts;
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes = Buffer.from(evenHex(length.toString(16)), 'hex');
  return Buffer.concat([Uint8Array.of(0x80 + bytes.length), bytes]);
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift((rest % 128) + 128);
  }
  return digits;
}

function evenHex(hex: string): string {
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
