import { KDF_RULES, type KdfRules } from '../crypto/passphrase-kdf.ts';
import { translatingDiskErrors } from './disk-error.ts';
import { folderLayout } from './folder-layout.ts';
import { readHeaderFile } from './header-file.ts';
import { readLedgerStart } from './ledger-start.ts';
import { nodeFiles } from './node-files.ts';
import type { VaultFiles } from './ports.ts';
import { walkLedger } from './read-ledger.ts';
import { unlockHeader, vaultIdOf } from './unlock-header.ts';
import type { WayIn } from './way-in.ts';

/** What walking the whole ledger showed. */
export interface LedgerProof {
  readonly records: number;
  /** The last record that retention has removed; 0 where the ledger is whole. */
  readonly since: number;
  /** Hex, of the last record. */
  readonly hash: string;
  /** Bytes of an unfinished write behind the last record: harmless, and cut at the next opening. */
  readonly torn: number;
}

/**
 * Walks the ledger from its first record (or its checkpoint) to its last without changing anything: every frame opened, every record chained.
 * Throws `vault-damaged` with the first bad segment and record named.
 */
export function verifyLedger(
  options: WayIn & {
    readonly directory: string;
    readonly files?: VaultFiles;
    readonly kdf?: KdfRules;
  },
): Promise<LedgerProof> {
  return translatingDiskErrors(async () => {
    const files = options.files ?? nodeFiles;
    const layout = folderLayout(options.directory);
    const read = await readHeaderFile(files, layout);
    const keys = await unlockHeader(read, options, options.kdf ?? KDF_RULES);
    try {
      const folder = { files, keys, folder: layout.ledger, vaultId: vaultIdOf(read) };
      const start = await readLedgerStart(files, folder.folder, keys, folder.vaultId);
      const { head, torn } = await walkLedger(folder, start, () => {});
      return {
        records: head.sequence,
        since: start.sequence,
        hash: Buffer.from(head.hash).toString('hex'),
        torn,
      };
    } finally {
      keys.wipe();
    }
  });
}
