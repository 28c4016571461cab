import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { parseRecoveryKit } from './recovery-kit.ts';
import { splitSecret } from './secret-shares.ts';
import { encodeShare, type HeldShare, parseShare } from './share-text.ts';

/** How many keys there are, and how many of them open. */
export interface KeyTerms {
  readonly threshold: number;
  readonly total: number;
}

/** One secret that opens alone, or the texts of shares. */
export type MadeKeys = { readonly secret: Uint8Array } | { readonly shares: readonly string[] };

/** A key as somebody gives it: a share with its text, or the secret itself. */
export type UnsealKey =
  | { readonly kind: 'share'; readonly share: HeldShare; readonly text: string }
  | { readonly kind: 'secret'; readonly bytes: Uint8Array };

const SECRET_LENGTH = 32;
const SET_LENGTH = 4;
/** Threshold, number, set, value. */
const SHARE_LENGTH = 2 + SET_LENGTH + SECRET_LENGTH;

/** New keys of a secret: itself where one is enough, else its shares. `set` names them in the header. */
export function makeKeys(
  secret: Uint8Array,
  { threshold, total }: KeyTerms,
  random: (length: number) => Uint8Array,
): { readonly keys: MadeKeys; readonly set: string | undefined } {
  if (total === 1) return { keys: { secret }, set: undefined };
  const set = Buffer.from(random(SET_LENGTH)).toString('hex');
  const shares = splitSecret(secret, { threshold, total }, random).map(({ x, y }) =>
    encodeShare({ threshold, x, set, y }),
  );
  return { keys: { shares }, set };
}

/** Keys as the HTTP dialect shows them: the bytes of each, in hex and in base64. */
export function showKeys(keys: MadeKeys): { readonly keys: string[]; readonly keys_base64: string[] } {
  const bytes = 'secret' in keys ? [Buffer.from(keys.secret)] : keys.shares.map(shareBytes);
  return {
    keys: bytes.map((key) => key.toString('hex')),
    keys_base64: bytes.map((key) => key.toString('base64')),
  };
}

/** Groups of letters, as people have them on paper; neither hex nor base64 has a dash. */
const GROUPS = /^\s*[0-9a-z]+(?:-[0-9a-z]+)+\s*$/i;
const KIT_GROUPS = 14;

/** Reads a key: hex, base64, or the text of a recovery kit or a share. Throws `invalid-request`, `code-mistyped`. */
export function readUnsealKey(text: string): UnsealKey {
  if (GROUPS.test(text)) {
    if (text.split('-').length === KIT_GROUPS) return { kind: 'secret', bytes: parseRecoveryKit(text) };
    return { kind: 'share', share: parseShare(text), text };
  }
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(text);
  const bytes = Buffer.from(text, isHex ? 'hex' : 'base64');
  if (bytes.length === SECRET_LENGTH) return { kind: 'secret', bytes: new Uint8Array(bytes) };
  if (bytes.length === SHARE_LENGTH) {
    const share = shareText(bytes);
    return { kind: 'share', share: parseShare(share), text: share };
  }
  throw new KeywardenError('invalid-request', "'key' must be a valid hex or base64 string");
}

function shareBytes(text: string): Buffer {
  const { threshold, x, set, y } = parseShare(text);
  return Buffer.concat([Buffer.from([threshold, x]), Buffer.from(set, 'hex'), y]);
}

function shareText(bytes: Buffer): string {
  const [threshold = 0, x = 0] = bytes;
  return encodeShare({
    threshold,
    x,
    set: bytes.subarray(2, 2 + SET_LENGTH).toString('hex'),
    y: new Uint8Array(bytes.subarray(2 + SET_LENGTH)),
  });
}
