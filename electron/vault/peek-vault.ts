import { translatingDiskErrors } from './disk-error.ts';
import { folderLayout } from './folder-layout.ts';
import { readHeaderFile } from './header-file.ts';
import { nodeFiles } from './node-files.ts';
import type { VaultFiles } from './ports.ts';

/** What can be known of a vault without opening it. None of it is authenticated: show it, decide nothing by it. */
export interface VaultGlance {
  readonly id: string;
  readonly createdAt: number;
}

/** Reads a vault's header without a passphrase. Throws `vault-missing`, `vault-newer` or `vault-damaged`. */
export function peekVault(directory: string, files: VaultFiles = nodeFiles): Promise<VaultGlance> {
  return translatingDiskErrors(async () => {
    const { id, createdAt } = (await readHeaderFile(files, folderLayout(directory))).header;
    return { id, createdAt };
  });
}
