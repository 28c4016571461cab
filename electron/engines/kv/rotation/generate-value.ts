import type { RandomBytes } from '../../../vault/ports.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

/** Alphabets by name; anything else is its own alphabet. */
export const CHARSETS: Readonly<Record<string, string>> = {
  alphanumeric: LETTERS + DIGITS,
  hex: '0123456789abcdef',
  digits: DIGITS,
  // Printable ASCII that needs no quoting in a shell, a URL or JSON.
  symbols: `${LETTERS + DIGITS}-_.~`,
};

/** Random text over an alphabet of at most 256 letters, each equally likely. */
export function generateValue(charset: string, length: number, random: RandomBytes): string {
  const alphabet = [...new Set(CHARSETS[charset] ?? charset)];
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  for (let made = 0; made < length; ) {
    for (const byte of random(length - made + 8)) {
      if (byte >= limit || made === length) continue;
      text += alphabet[byte % alphabet.length];
      made += 1;
    }
  }
  return text;
}
