import { EMPTY_HEAD, type Head } from './head.ts';
import type { Ledger, LedgerBatch } from './ledger.ts';
import { decodeRecord } from './record-codec.ts';
import { matchesQuery } from './segment-index.ts';
import type { LedgerRecord, RecordPage, RecordQuery } from './vault.ts';

/** It forgets its oldest batches past this many, so that a long `--dev` session does not fill the memory. */
const MOST_BATCHES = 20_000;

/** A ledger that lives as long as the process: for `kw serve --dev` and for tests. */
export class MemoryLedger implements Ledger {
  readonly writable = true;
  readonly onlyUrgent = false;
  readonly #batches: LedgerBatch[] = [];
  readonly #listeners = new Set<(batch: LedgerBatch) => void>();

  async append(batch: LedgerBatch): Promise<void> {
    this.#batches.push(batch);
    if (this.#batches.length > MOST_BATCHES) this.#batches.splice(0, MOST_BATCHES / 2);
    for (const listener of this.#listeners) listener(batch);
  }

  async recover(): Promise<void> {}

  async *read({ sequence }: Head): AsyncIterable<LedgerBatch> {
    for (const batch of [...this.#batches]) if (batch.after.sequence > sequence) yield batch;
  }

  head(): Head {
    return this.#batches.at(-1)?.after ?? EMPTY_HEAD;
  }

  watch(listener: (batch: LedgerBatch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#batches.length = 0;
  }
}

/** Answers audit queries from memory: everything is looked at. */
export async function readMemoryRecords(ledger: MemoryLedger, query: RecordQuery): Promise<RecordPage> {
  const oldestFirst = query.newestFirst === false;
  const cursor = query.cursor === undefined ? undefined : Number(query.cursor);
  const limit = query.limit ?? 100;
  const found: LedgerRecord[] = [];
  for await (const { records } of ledger.read(EMPTY_HEAD)) {
    for (const bytes of records) {
      const record = decodeRecord(bytes);
      const behind =
        cursor === undefined || (oldestFirst ? record.sequence > cursor : record.sequence < cursor);
      if (behind && matchesQuery(record, query)) found.push(record);
    }
  }
  if (!oldestFirst) found.reverse();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return found.length > limit && last ? { records: page, cursor: String(last.sequence) } : { records: page };
}
