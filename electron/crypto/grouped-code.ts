import { createHash } from 'node:crypto';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { ByteWriter } from './byte-writer.ts';

/** Crockford's base 32: no I, L, O and U, which people take for something else. */
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const READ_AS: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1', U: 'V' };

/** Symbols of a group that carry the payload; one more checks them. */
const CARRYING = 4;
const GROUP_BITS = 5 * CARRYING;

/** Writes bytes as groups that a person can copy, each with a symbol that checks it. FORMAT.md section 10. */
export function encodeGroups(label: string, payload: Uint8Array): string {
  const groups = [...bitGroups(payload), checksum(label, payload)];
  return groups
    .map((bits, i) => {
      const values = symbolsOf(bits);
      return [...values, checkOf(values, i)].map((value) => SYMBOLS[value]).join('');
    })
    .join('-');
}

/**
 * Reads what a person typed: any case, spaces and dashes anywhere, `O` for `0` and the like.
 * Throws `code-mistyped`, with the group where it can be told. That tells nothing about any vault.
 */
export function decodeGroups(label: string, length: number, text: string): Uint8Array {
  const values = valuesOf(text);
  const carrying = Math.ceil((length * 8) / GROUP_BITS);
  if (values.length !== (carrying + 1) * (CARRYING + 1)) {
    throw new KeywardenError(
      'code-mistyped',
      `The code must have ${carrying + 1} groups of ${CARRYING + 1} letters and digits.`,
    );
  }
  const groups = Array.from({ length: carrying + 1 }, (_, i) => {
    const group = values.slice(i * (CARRYING + 1), (i + 1) * (CARRYING + 1));
    const symbols = group.slice(0, CARRYING);
    if (checkOf(symbols, i) !== group[CARRYING]) throw mistyped(i);
    return symbols.reduce((bits, value) => bits * 32 + value, 0);
  });
  const payload = bytesOf(groups.slice(0, carrying), length);
  // Bits behind the payload are zeros, so that one payload has one text.
  const again = bitGroups(payload).every((bits, i) => bits === groups[i]);
  if (!again || checksum(label, payload) !== groups[carrying]) throw new KeywardenError('code-mistyped');
  return payload;
}

function valuesOf(text: string): readonly number[] {
  return [...text.toUpperCase().replace(/[\s._\-\u2010-\u2015]/g, '')].map((symbol, i) => {
    const value = SYMBOLS.indexOf(READ_AS[symbol] ?? symbol);
    if (value < 0) throw mistyped(Math.floor(i / (CARRYING + 1)));
    return value;
  });
}

function mistyped(group: number): KeywardenError {
  return new KeywardenError('code-mistyped', `Group ${group + 1} of the code has a typing mistake.`);
}

/** A polynomial over GF(32): one wrong symbol, two neighbours swapped, two groups swapped all show. */
function checkOf(values: readonly number[], group: number): number {
  return values.reduce((sum, value, i) => {
    let term = value;
    for (let power = 0; power <= i; power++) term = timesX(term);
    return sum ^ term;
  }, group % 32);
}

/** Times x in GF(2)[x] / (x^5 + x^2 + 1). */
function timesX(value: number): number {
  const shifted = value << 1;
  return shifted & 32 ? shifted ^ 0b100101 : shifted;
}

function symbolsOf(bits: number): readonly number[] {
  return Array.from({ length: CARRYING }, (_, i) => (bits >>> (5 * (CARRYING - 1 - i))) & 31);
}

function bitGroups(payload: Uint8Array): readonly number[] {
  const bitAt = (i: number) => ((payload[i >>> 3] ?? 0) >>> (7 - (i & 7))) & 1;
  return Array.from({ length: Math.ceil((payload.length * 8) / GROUP_BITS) }, (_, group) => {
    let bits = 0;
    for (let i = 0; i < GROUP_BITS; i++) bits = bits * 2 + bitAt(group * GROUP_BITS + i);
    return bits;
  });
}

function bytesOf(groups: readonly number[], length: number): Uint8Array {
  const bitAt = (i: number) =>
    ((groups[Math.floor(i / GROUP_BITS)] ?? 0) >>> (GROUP_BITS - 1 - (i % GROUP_BITS))) & 1;
  return Uint8Array.from({ length }, (_, byte) => {
    let value = 0;
    for (let i = 0; i < 8; i++) value = value * 2 + bitAt(byte * 8 + i);
    return value;
  });
}

function checksum(label: string, payload: Uint8Array): number {
  const digest = createHash('sha256').update(new ByteWriter().text(label).raw(payload).finish()).digest();
  return digest.readUIntBE(0, 3) >>> 4;
}
