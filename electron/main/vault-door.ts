import type { Keywarden } from '../keywarden.ts';

/** Making, finding and opening vaults: what the desktop needs of the assembly. */
export interface VaultDoor {
  /** Makes a vault in a new or empty folder. Throws `vault-exists`. */
  create(directory: string, passphrase: Uint8Array): Promise<void>;
  /** Throws `unlock-failed`, `vault-missing`, `vault-newer`, `vault-damaged`, `vault-in-use`. */
  open(directory: string, passphrase: Uint8Array): Promise<Keywarden>;
  /** Whether the passphrase is right, for a vault that is open already: throws `unlock-failed` when not. */
  verify(directory: string, passphrase: Uint8Array): Promise<void>;
  /** What is wrong with the folder, in words; null when a vault is there. */
  problem(directory: string): Promise<string | null>;
}
