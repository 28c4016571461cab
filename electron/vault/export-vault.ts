import type { BackupDescription } from '../crypto/backup-format.ts';
import { KDF_RULES, type KdfRules } from '../crypto/passphrase-kdf.ts';
import { translatingDiskErrors } from './disk-error.ts';
import { folderLayout } from './folder-layout.ts';
import { readHeaderFile } from './header-file.ts';
import { nodeFiles } from './node-files.ts';
import type { VaultPorts } from './ports.ts';
import { unlockHeader, vaultIdOf } from './unlock-header.ts';
import type { WayIn } from './way-in.ts';
import { writeBackup } from './write-backup.ts';

/**
 * Backs up a vault that is not open here; another Keywarden may have it open. Changes nothing in its folder.
 * Throws what opening it would.
 */
export function exportVault(
  options: WayIn & {
    readonly directory: string;
    readonly to: string;
    readonly ports: VaultPorts;
    /** For tests alone: other bounds on the key derivation. */
    readonly kdf?: KdfRules;
  },
): Promise<BackupDescription> {
  return translatingDiskErrors(async () => {
    const files = options.ports.files ?? nodeFiles;
    const layout = folderLayout(options.directory);
    const read = await readHeaderFile(files, layout);
    const keys = await unlockHeader(read, options, options.kdf ?? KDF_RULES);
    try {
      const folder = { files, layout, vaultId: vaultIdOf(read), keys };
      return await writeBackup(folder, options.to, options.ports);
    } finally {
      keys.wipe();
    }
  });
}
