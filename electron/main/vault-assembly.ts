import { asKeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { CorePorts } from '../core/ports.ts';
import { KDF_RULES } from '../crypto/passphrase-kdf.ts';
import { createKeywardenVault, openKeywarden } from '../keywarden.ts';
import { folderLayout } from '../vault/folder-layout.ts';
import { readHeaderFile } from '../vault/header-file.ts';
import { nodeFiles } from '../vault/node-files.ts';
import { peekVault } from '../vault/peek-vault.ts';
import { unlockHeader } from '../vault/unlock-header.ts';
import type { VaultDoor } from './vault-door.ts';

/** The real vaults, on disk. */
export function vaultAssembly(ports: CorePorts): VaultDoor {
  return {
    async create(directory, passphrase, name) {
      return (await createKeywardenVault({ directory, passphrase, ports, name })).rootToken;
    },
    open: (directory, passphrase) => openKeywarden({ directory, passphrase, ports }),
    async verify(directory, passphrase) {
      const read = await readHeaderFile(nodeFiles, folderLayout(directory));
      (await unlockHeader(read, { passphrase }, KDF_RULES)).wipe();
    },
    async look(directory) {
      try {
        const { name } = await peekVault(directory);
        return { name, problem: null };
      } catch (error) {
        return { name: undefined, problem: asKeywardenError(error).message };
      }
    },
  };
}
