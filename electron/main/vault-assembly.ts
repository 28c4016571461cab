import { asKeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { CorePorts } from '../core/ports.ts';
import { createKeywardenVault } from '../create-keywarden-vault.ts';
import { openKeywarden } from '../keywarden.ts';
import { defaultBackupFolder, listBackups } from '../vault/backup-folder.ts';
import { nodeFiles } from '../vault/node-files.ts';
import { peekVault } from '../vault/peek-vault.ts';
import type { Place } from '../vault/place.ts';
import { restoreBackup } from '../vault/restore-backup.ts';
import { verifyPassphrase } from '../vault/verify-passphrase.ts';
import type { VaultDoor } from './vault-door.ts';

/** The real vaults, on disk. */
export function vaultAssembly(ports: CorePorts, place: Place): VaultDoor {
  return {
    create: (directory, passphrase, name) =>
      createKeywardenVault({ directory, passphrase, ports, name, place }),
    open: (directory, wayIn, readDamaged) =>
      openKeywarden({
        ...wayIn,
        directory,
        ports,
        place,
        readDamaged,
        backups: defaultBackupFolder(directory),
      }),
    async restore(from, directory, wayIn) {
      await restoreBackup({ ...wayIn, from, directory, random: ports.random });
    },
    verify: (directory, wayIn) => verifyPassphrase({ ...wayIn, directory }),
    backups: (directory, vaultId) => listBackups(nodeFiles, defaultBackupFolder(directory), vaultId),
    backupFolder: defaultBackupFolder,
    async look(directory) {
      try {
        const { id } = await peekVault(directory);
        return { id, problem: null };
      } catch (error) {
        return { id: undefined, problem: asKeywardenError(error).message };
      }
    },
  };
}
