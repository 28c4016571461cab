import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { decodeVaultHeader, type ReadHeader } from '../crypto/vault-header.ts';
import type { FolderLayout } from './folder-layout.ts';
import type { VaultFiles } from './ports.ts';
import { isMissing, writeDurably } from './write-durably.ts';

/** Reads the header without any key. Throws `vault-missing`, `vault-newer` or `vault-damaged`. */
export async function readHeaderFile(files: VaultFiles, layout: FolderLayout): Promise<ReadHeader> {
  let bytes: Uint8Array;
  try {
    bytes = await files.read(layout.header);
  } catch (error) {
    if (isMissing(error)) throw new KeywardenError('vault-missing');
    throw error;
  }
  return decodeVaultHeader(bytes);
}

/** Puts a header in place, whole or not at all. */
export function writeHeaderFile(files: VaultFiles, layout: FolderLayout, bytes: Uint8Array): Promise<void> {
  return writeDurably(files, layout.header, (file) => file.write(bytes, 0));
}
