import { nextHash } from '../crypto/record-chain.ts';
import type { LedgerBatch } from './ledger.ts';
import { type LedgerFolder, readLedger } from './read-ledger.ts';
import { headBefore, listSegments } from './segment.ts';

/** The hash of one record within a batch, or undefined where the batch does not hold it. */
export function hashInBatch(
  { before, records, after }: LedgerBatch,
  sequence: number,
): Uint8Array | undefined {
  if (sequence <= before.sequence || sequence > after.sequence) return undefined;
  return records.slice(0, sequence - before.sequence).reduce(nextHash, before.hash);
}

/** The hash of one record, read from the segment that holds it; undefined where that segment is kept no more. */
export async function hashAtRecord(folder: LedgerFolder, sequence: number): Promise<Uint8Array | undefined> {
  const segments = await listSegments(folder.files, folder.folder, folder.keys, folder.vaultId);
  const segment = segments.findLast(({ header }) => header.firstSequence <= sequence + 1);
  if (!segment) return undefined;
  const before = headBefore(segment.header);
  if (before.sequence === sequence) return before.hash;
  for await (const batch of readLedger(folder, before)) {
    const hash = hashInBatch(batch, sequence);
    if (hash) return hash;
  }
  return undefined;
}
