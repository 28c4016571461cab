import type { SecretWayKind } from '../crypto/header-body.ts';

/** What somebody opens a vault with: exactly one of them. The bytes stay the caller's, who zero-fills them. */
export type WayIn =
  /** UTF-8 of the passphrase in Unicode normal form C. */
  { readonly passphrase: Uint8Array } | { readonly secret: WaySecret };

/** The 32 bytes behind a recovery kit, an entry of the keychain, or enough shares. */
export interface WaySecret {
  readonly kind: SecretWayKind;
  readonly bytes: Uint8Array;
}
