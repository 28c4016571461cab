import { decodeGroups, encodeGroups } from './grouped-code.ts';

const LABEL = 'keywarden/1/recovery-kit';
const SECRET_LENGTH = 32;

/** The text of a recovery kit: 14 groups for 32 random bytes, which open the vault alone. FORMAT.md section 10. */
export function encodeRecoveryKit(secret: Uint8Array): string {
  if (secret.length !== SECRET_LENGTH) throw new RangeError('a recovery kit holds 32 bytes');
  return encodeGroups(LABEL, secret);
}

/** The secret of a recovery kit as somebody typed it. Throws `code-mistyped`. Whoever gets the bytes zero-fills them. */
export function parseRecoveryKit(text: string): Uint8Array {
  return decodeGroups(LABEL, SECRET_LENGTH, text);
}
