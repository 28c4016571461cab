import type { KeyTerms } from '../../crypto/unseal-key.ts';
import type { WaySecret } from '../../vault/way-in.ts';
import type { NewKeys } from '../../vault/ways-in.ts';

/** The keys that open the vault, as far as the HTTP dialect speaks of them: its shares or, without any, its recovery key. */
export interface VaultKeys {
  /** Read anew: an owner may have changed them. */
  terms(): Promise<KeyTerms>;
  /** Throws `unlock-failed` for a secret that does not open the vault. */
  prove(secret: WaySecret): Promise<void>;
  /** Puts new keys in the place of the old ones and starts an epoch. Throws `unlock-failed`. */
  replace(proof: WaySecret, keys: NewKeys): Promise<void>;
}
