/** A kind of random value that a field can be filled with. */
export interface RandomKind {
  readonly name: string;
  readonly alphabet: string;
  readonly length: number;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

/** From the one that fits nearly everywhere to the special ones. */
export const RANDOM_KINDS: readonly RandomKind[] = [
  { name: 'Password, 32 letters and digits', alphabet: LETTERS + DIGITS, length: 32 },
  { name: 'Password with symbols, 32', alphabet: `${LETTERS}${DIGITS}!#$%&*+-./:=?@_~`, length: 32 },
  { name: 'Key, 64 hexadecimal digits', alphabet: '0123456789abcdef', length: 64 },
  { name: 'Number, 8 digits', alphabet: DIGITS, length: 8 },
];

/** Draws a value from the platform's randomness, each character alike likely. */
export function randomValue(kind: RandomKind, draw: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  // Bytes beyond the last whole multiple would favour the first characters.
  const limit = 256 - (256 % kind.alphabet.length);
  const bytes = new Uint8Array(kind.length * 2);
  let value = '';
  while (value.length < kind.length) {
    draw(bytes);
    for (const byte of bytes) {
      if (byte < limit && value.length < kind.length) value += kind.alphabet[byte % kind.alphabet.length];
    }
  }
  return value;
}
