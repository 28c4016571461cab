import type { CommitLoop } from './commit-loop.ts';
import { translatingDiskErrors } from './disk-error.ts';
import { type MemoryLedger, readMemoryRecords } from './memory-ledger.ts';
import type { CompactionReport, RecordPage, RecordQuery, Vault } from './vault.ts';
import { formatVaultId } from './vault-id.ts';

/** What a vault does beside its turns. */
export interface VaultWork {
  compact(): Promise<CompactionReport>;
  snapshot(): Promise<void>;
  readRecords(query: RecordQuery): Promise<RecordPage>;
}

/** A vault without a folder: nothing lingers, nothing is to be opened again. */
export function workInMemory(ledger: MemoryLedger): VaultWork {
  return {
    compact: async () => ({ values: 0, segments: [] }),
    snapshot: async () => {},
    readRecords: (query) => readMemoryRecords(ledger, query),
  };
}

/** The open vault in front of a commit loop. `finish` runs once, when the last turn is answered. */
export function vaultOver(
  id: Uint8Array,
  loop: CommitLoop,
  finish: () => Promise<void>,
  work: VaultWork,
): Vault {
  let closing: Promise<void> | undefined;
  return {
    id: formatVaultId(id),
    turn: (decide) => loop.turn(decide),
    onlyUrgent: () => loop.onlyUrgent,
    watch: (listener) => loop.watch(listener),
    compact: () => translatingDiskErrors(() => work.compact()),
    readRecords: (query) => translatingDiskErrors(() => work.readRecords(query)),
    snapshot: () => translatingDiskErrors(() => work.snapshot()),
    head: () => ({ sequence: loop.head.sequence, hash: Buffer.from(loop.head.hash).toString('hex') }),
    close: () => {
      closing ??= translatingDiskErrors(() => loop.close().then(finish));
      return closing;
    },
  };
}
