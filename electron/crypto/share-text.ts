import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeGroups, encodeGroups } from './grouped-code.ts';
import { combineShares, type SecretShare } from './secret-shares.ts';

const LABEL = 'keywarden/1/share';
const VERSION = 1;
const SECRET_LENGTH = 32;
const SET_LENGTH = 4;
const LENGTH = 3 + SET_LENGTH + SECRET_LENGTH;

/** More people than this cannot be asked for. */
export const MOST_SHARES = 16;

/** A share as people hold it. */
export interface HeldShare extends SecretShare {
  readonly threshold: number;
  /** Hex, 4 bytes: shares of one set belong together. */
  readonly set: string;
}

/** The text of a share: 17 groups. FORMAT.md section 10. */
export function encodeShare({ threshold, x, set, y }: HeldShare): string {
  const payload = new ByteWriter().u8(VERSION).u8(threshold).u8(x).raw(Buffer.from(set, 'hex')).raw(y);
  return encodeGroups(LABEL, payload.finish());
}

/** Reads one share. Throws `code-mistyped`. */
export function parseShare(text: string): HeldShare {
  const reader = new ByteReader(decodeGroups(LABEL, LENGTH, text));
  const version = reader.u8();
  const threshold = reader.u8();
  const x = reader.u8();
  if (version !== VERSION || threshold < 2 || threshold > MOST_SHARES || x < 1 || x > MOST_SHARES) {
    throw new KeywardenError('code-mistyped');
  }
  const set = Buffer.from(reader.raw(SET_LENGTH)).toString('hex');
  return { threshold, x, set, y: reader.raw(SECRET_LENGTH).slice() };
}

/**
 * Puts shares together. Throws `code-mistyped` for one that is, and `invalid-request` where they are too few or of different
 * sets: both stand in the shares themselves. Whether the secret opens anything, the vault alone can tell.
 */
export function revealSharedSecret(texts: readonly string[]): Uint8Array {
  const shares = new Map(texts.map(parseShare).map((share) => [share.x, share]));
  const [first] = shares.values();
  if (!first) throw new KeywardenError('invalid-request', 'There is no share.');
  for (const { set, threshold } of shares.values()) {
    if (set !== first.set || threshold !== first.threshold) {
      throw new KeywardenError('invalid-request', 'These shares do not belong together.');
    }
  }
  const missing = first.threshold - shares.size;
  if (missing > 0) {
    throw new KeywardenError(
      'invalid-request',
      `${missing} more ${missing === 1 ? 'share is' : 'shares are'} needed.`,
    );
  }
  return combineShares([...shares.values()].slice(0, first.threshold));
}
