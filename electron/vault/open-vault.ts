import { KDF_RULES, type KdfRules } from '../crypto/passphrase-kdf.ts';
import type { StateSchema } from './change.ts';
import { translatingDiskErrors } from './disk-error.ts';
import { folderLayout } from './folder-layout.ts';
import { takeLock } from './folder-lock.ts';
import { readHeaderFile } from './header-file.ts';
import { nodeFiles } from './node-files.ts';
import { openUnlockedVault } from './open-unlocked-vault.ts';
import type { VaultPorts } from './ports.ts';
import { unlockHeader, vaultIdOf } from './unlock-header.ts';
import type { Vault } from './vault.ts';
import type { WayIn } from './way-in.ts';
import { recordSlots, type WaysIn, waysInto } from './ways-in.ts';

/** What opening a vault takes. */
export type OpenVaultOptions = WayIn & {
  readonly directory: string;
  readonly schema: StateSchema;
  readonly ports: VaultPorts;
  /** For tests alone: other bounds on the key derivation. */
  readonly kdf?: KdfRules;
};

/** An open vault whose ways in can be changed. */
export interface OpenedVault extends Vault {
  readonly ways: WaysIn;
}

/**
 * Opens a vault from the last good snapshot and the tail of the ledger.
 * Throws `vault-missing`, `vault-in-use`, `unlock-failed`, `vault-newer`, `vault-damaged` (file and record named),
 * or `ledger-unavailable` where the disk refuses.
 */
export function openVault(options: OpenVaultOptions): Promise<OpenedVault> {
  return translatingDiskErrors(async () => {
    const { directory, schema, ports, kdf: rules = KDF_RULES } = options;
    const files = ports.files ?? nodeFiles;
    const layout = folderLayout(directory);
    await readHeaderFile(files, layout); // A folder without a vault must not get a lock file.
    const lock = await takeLock(files, layout.root, layout.lock, ports.random);
    try {
      const read = await readHeaderFile(files, layout);
      const keys = await unlockHeader(read, options, rules);
      const unlocked = { files, layout, vaultId: vaultIdOf(read), keys, lock };
      const vault = await openUnlockedVault(unlocked, schema, ports);
      await recordSlots(vault, read.header).catch(async (error) => {
        await vault.close();
        throw error;
      });
      return { ...vault, ways: waysInto({ ...unlocked, ...ports, files, vault, rules }) };
    } catch (error) {
      await lock.release().catch(() => undefined);
      throw error;
    }
  });
}
