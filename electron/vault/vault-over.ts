import type { CommitLoop } from './commit-loop.ts';
import { translatingDiskErrors } from './disk-error.ts';
import type { CompactionReport, Vault } from './vault.ts';
import { formatVaultId } from './vault-id.ts';

/** What a vault does beside its turns. */
export interface VaultWork {
  compact(): Promise<CompactionReport>;
  snapshot(): Promise<void>;
}

/** Where there is no folder, nothing lingers and nothing is read back. */
const NO_FOLDER: VaultWork = {
  compact: async () => ({ values: 0, segments: [] }),
  snapshot: async () => {},
};

/** The open vault in front of a commit loop. `finish` runs once, when the last turn is answered. */
export function vaultOver(
  id: Uint8Array,
  loop: CommitLoop,
  finish: () => Promise<void>,
  work: VaultWork = NO_FOLDER,
): Vault {
  let closing: Promise<void> | undefined;
  return {
    id: formatVaultId(id),
    turn: (decide) => loop.turn(decide),
    watch: (listener) => loop.watch(listener),
    compact: () => translatingDiskErrors(() => work.compact()),
    snapshot: () => translatingDiskErrors(() => work.snapshot()),
    head: () => ({ sequence: loop.head.sequence, hash: Buffer.from(loop.head.hash).toString('hex') }),
    close: () => {
      closing ??= loop.close().then(finish);
      return closing;
    },
  };
}
