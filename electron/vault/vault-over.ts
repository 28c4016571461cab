import type { CommitLoop } from './commit-loop.ts';
import { translatingDiskErrors } from './disk-error.ts';
import type { CompactionReport, Vault } from './vault.ts';
import { formatVaultId } from './vault-id.ts';

/** Nothing lingers where there is no folder. */
const NOTHING_LINGERS = async (): Promise<CompactionReport> => ({ values: 0, segments: [] });

/** The open vault in front of a commit loop. `finish` runs once, when the last turn is answered. */
export function vaultOver(
  id: Uint8Array,
  loop: CommitLoop,
  finish: () => Promise<void>,
  compact: () => Promise<CompactionReport> = NOTHING_LINGERS,
): Vault {
  let closing: Promise<void> | undefined;
  return {
    id: formatVaultId(id),
    turn: (decide) => loop.turn(decide),
    watch: (listener) => loop.watch(listener),
    compact: () => translatingDiskErrors(compact),
    head: () => ({ sequence: loop.head.sequence, hash: Buffer.from(loop.head.hash).toString('hex') }),
    close: () => {
      closing ??= loop.close().then(finish);
      return closing;
    },
  };
}
