import { passphraseBytes } from '../../shared/model/passphrase.ts';
import { parseRecoveryKit } from '../crypto/recovery-kit.ts';
import type { WayIn } from '../vault/way-in.ts';

/** A way in as somebody typed it, or as the keychain gave it. */
export type TypedWayIn =
  | { readonly passphrase: string }
  | { readonly recoveryKit: string }
  | { readonly keychainSecret: Uint8Array };

/**
 * Lends it as bytes and zero-fills them: the text itself cannot be wiped, its copies can.
 * Throws `code-mistyped` for a recovery kit with a typing mistake.
 */
export async function withTypedWayIn<T>(typed: TypedWayIn, use: (wayIn: WayIn) => Promise<T>): Promise<T> {
  if ('passphrase' in typed) {
    const passphrase = passphraseBytes(typed.passphrase);
    return use({ passphrase }).finally(() => passphrase.fill(0));
  }
  if ('keychainSecret' in typed) {
    const { keychainSecret: bytes } = typed;
    return use({ secret: { kind: 'keychain', bytes } }).finally(() => bytes.fill(0));
  }
  const bytes = parseRecoveryKit(typed.recoveryKit);
  return use({ secret: { kind: 'recovery-kit', bytes } }).finally(() => bytes.fill(0));
}
