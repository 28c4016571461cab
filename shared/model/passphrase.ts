/**
 * A passphrase as the vault takes it: UTF-8 of Unicode's normal form C, so that the same letters open the same vault on
 * every keyboard and system. Whoever gets the bytes zero-fills them after use.
 */
export function passphraseBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text.normalize('NFC'));
}

/**
 * The same for bytes that were read, without making a text of them where they are plain ASCII: a text cannot be wiped.
 * Throws TypeError where they are not UTF-8.
 */
export function normalisedPassphrase(bytes: Uint8Array): Uint8Array {
  if (bytes.every((byte) => byte < 0x80)) return Uint8Array.from(bytes);
  return passphraseBytes(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}
