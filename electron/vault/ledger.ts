import type { Head } from './head.ts';
import type { LedgerRecord } from './vault.ts';

/** The records of one batch, as canonical bytes, with the sealed values that they name. */
export interface LedgerBatch {
  /** Where the chain stood before this batch. */
  readonly before: Head;
  readonly records: readonly Uint8Array[];
  /** The same, parsed, where whoever read them has had to do that anyway. */
  readonly decoded?: readonly LedgerRecord[];
  readonly attachments: readonly Uint8Array[];
  /** Where the chain stands after it. */
  readonly after: Head;
}

/**
 * An append-only sequence of batches. Files by default; whatever else holds the frames implements the same.
 * One writer, and one `append` at a time: the commit loop sees to that.
 */
export interface Ledger {
  /**
   * Resolves once the batch is durable. Throws `ledger-unavailable` when it is not; then the next batch
   * takes its place, and it is never read back.
   */
  append(batch: LedgerBatch): Promise<void>;
  /** False while nothing can be appended. */
  readonly writable: boolean;
  /** True while there is room for urgent records alone. */
  readonly onlyUrgent: boolean;
  /** Tries to become writable again, if the back-off since the last try is over. Never throws. */
  recover(): Promise<void>;
  /** Batches after a record that the caller knows, in order, each proven to follow it. */
  read(known: Head): AsyncIterable<LedgerBatch>;
  /** The last durable record. */
  head(): Head;
  /** Calls back after each append. Returns how to stop. */
  watch(listener: (batch: LedgerBatch) => void): () => void;
  close(): Promise<void>;
}
