import type { Keywarden } from '../keywarden.ts';

/** Making, finding and opening vaults: what the desktop needs of the assembly. */
export interface VaultDoor {
  /** Makes a vault in a new or empty folder. @returns its root token. Throws `vault-exists`. */
  create(directory: string, passphrase: Uint8Array, name: string): Promise<string>;
  /** Throws `unlock-failed`, `vault-missing`, `vault-newer`, `vault-damaged`, `vault-in-use`. */
  open(directory: string, passphrase: Uint8Array): Promise<Keywarden>;
  /** Whether the passphrase is right, for a vault that is open already: throws `unlock-failed` when not. */
  verify(directory: string, passphrase: Uint8Array): Promise<void>;
  /** The name in the folder's header; `problem` says in words why there is none to open. */
  look(directory: string): Promise<{ readonly name: string | undefined; readonly problem: string | null }>;
}
