import type { Keywarden } from '../keywarden.ts';
import type { WayIn } from '../vault/way-in.ts';

/** Making, finding and opening vaults: what the desktop needs of the assembly. */
export interface VaultDoor {
  /** Makes a vault in a new or empty folder. @returns its root token and its recovery kit. Throws `vault-exists`. */
  create(
    directory: string,
    passphrase: Uint8Array,
    name: string,
  ): Promise<{ readonly rootToken: string; readonly recoveryKit: string }>;
  /** Puts a vault back from a backup into a folder that holds none. Throws `vault-exists`, `vault-damaged`, `unlock-failed`. */
  restore(backup: string, directory: string, wayIn: WayIn): Promise<void>;
  /**
   * Throws `unlock-failed`, `vault-missing`, `vault-newer`, `vault-damaged`, `vault-in-use`. With `readDamaged`, a damaged vault is
   * opened as far as it can be read, quarantined.
   */
  open(directory: string, wayIn: WayIn, readDamaged?: boolean): Promise<Keywarden>;
  /** Whether a way in is right, for a vault that is open already: throws `unlock-failed` when not. */
  verify(directory: string, wayIn: WayIn): Promise<void>;
  /** The backups that are kept of a vault; the newest first. */
  backups(directory: string, vaultId: string): Promise<readonly { readonly madeAt: number }[]>;
  backupFolder(directory: string): string;
  /** The id in the folder's header, which is not proven; `problem` says in words why there is none to open. */
  look(directory: string): Promise<{
    readonly id: string | undefined;
    readonly problem: string | null;
  }>;
}
