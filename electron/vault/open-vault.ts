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

/** What opening a vault takes. */
export interface OpenVaultOptions {
  readonly directory: string;
  /** UTF-8 of the passphrase in Unicode normal form C. Not kept, and not wiped either: it is the caller's. */
  readonly passphrase: Uint8Array;
  readonly schema: StateSchema;
  readonly ports: VaultPorts;
  /** For tests alone: other bounds on the key derivation. */
  readonly kdf?: KdfRules;
}

/**
 * Opens a vault from the last good snapshot and the tail of the ledger.
 * Throws `vault-missing`, `vault-in-use`, `unlock-failed`, `vault-newer`, `vault-damaged` (file and record named),
 * or `ledger-unavailable` where the disk refuses.
 */
export function openVault({
  directory,
  passphrase,
  schema,
  ports,
  kdf = KDF_RULES,
}: OpenVaultOptions): Promise<Vault> {
  return translatingDiskErrors(async () => {
    const files = ports.files ?? nodeFiles;
    const layout = folderLayout(directory);
    await readHeaderFile(files, layout); // A folder without a vault must not get a lock file.
    const lock = await takeLock(files, layout.root, layout.lock, ports.random);
    try {
      const read = await readHeaderFile(files, layout);
      const keys = await unlockHeader(read, passphrase, kdf);
      const unlocked = { files, layout, vaultId: vaultIdOf(read), keys, lock };
      return await openUnlockedVault(unlocked, schema, ports);
    } catch (error) {
      await lock.release().catch(() => undefined);
      throw error;
    }
  });
}
