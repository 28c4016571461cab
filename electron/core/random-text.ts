import type { RandomBytes } from '../vault/ports.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Without the letters and digits that people take for one another. */
const SPOKEN_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const SPOKEN_DIGITS = '23456789';

/**
 * Random text over an alphabet of at most 256 letters, each equally likely (bytes beyond the last whole multiple are
 * thrown away).
 */
export function randomOver(
  alphabet: string | readonly string[],
  length: number,
  random: RandomBytes,
): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  let count = 0;
  while (count < length) {
    for (const byte of random(length - count + 8)) {
      if (byte >= limit || count === length) continue;
      text += alphabet[byte % alphabet.length];
      count += 1;
    }
  }
  return text;
}

/** Random letters and digits: 5.95 bits each. */
export function randomBase62(length: number, random: RandomBytes): string {
  return randomOver(BASE62, length, random);
}

/** A code such as `KRPT-2947` for two people, or two screens, to compare. */
export function randomSpokenCode(random: RandomBytes): string {
  return `${randomOver(SPOKEN_LETTERS, 4, random)}-${randomOver(SPOKEN_DIGITS, 4, random)}`;
}

/** A version 4 UUID (RFC 9562). */
export function randomUuid(random: RandomBytes): string {
  const bytes = Uint8Array.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
