import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { damaged } from '../crypto/damaged.ts';
import { decodeVaultHeader, type ReadHeader } from '../crypto/vault-header.ts';
import type { FolderLayout } from './folder-layout.ts';
import type { VaultFiles } from './ports.ts';
import { isMissing, writeDurably } from './write-durably.ts';

/** Bytes. A header is of a few hundred for each way in. */
export const MOST_HEADER = 1_048_576;

/** Reads the header without any key. Throws `vault-missing`, `vault-newer` or `vault-damaged`. */
export async function readHeaderFile(files: VaultFiles, layout: FolderLayout): Promise<ReadHeader> {
  let bytes: Uint8Array;
  try {
    // Nobody has proven anything of it yet: it must not take all the memory there is.
    if ((await files.stat(layout.header)).size > MOST_HEADER) throw damaged('vault.kwh is too long');
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
