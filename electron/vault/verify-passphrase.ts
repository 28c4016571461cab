import { KDF_RULES, type KdfRules } from '../crypto/passphrase-kdf.ts';
import { translatingDiskErrors } from './disk-error.ts';
import { folderLayout } from './folder-layout.ts';
import { readHeaderFile } from './header-file.ts';
import { nodeFiles } from './node-files.ts';
import type { VaultFiles } from './ports.ts';
import { unlockHeader } from './unlock-header.ts';
import type { WayIn } from './way-in.ts';

/**
 * Whether a passphrase opens the vault, without opening it: for unlocking a desktop whose vault is open already.
 * Throws what `openVault` would: `unlock-failed`, `vault-missing`, `vault-newer`, `vault-damaged`.
 */
export function verifyPassphrase(
  options: WayIn & {
    readonly directory: string;
    readonly files?: VaultFiles;
    readonly kdf?: KdfRules;
  },
): Promise<void> {
  return translatingDiskErrors(async () => {
    const read = await readHeaderFile(options.files ?? nodeFiles, folderLayout(options.directory));
    const keys = await unlockHeader(read, options, options.kdf ?? KDF_RULES);
    keys.wipe();
  });
}
