import { damaged } from '../crypto/damaged.ts';
import type { Head } from './head.ts';
import type { KeyRing } from './key-ring.ts';
import type { LedgerBatch } from './ledger.ts';
import type { VaultFiles } from './ports.ts';
import { readAhead } from './read-ahead.ts';
import { headBefore, listSegments, type Segment, segmentsAfter } from './segment.ts';
import { readSegment, type SegmentEnd } from './segment-reader.ts';

/** What reading a ledger's files takes. */
export interface LedgerFolder {
  readonly files: VaultFiles;
  /** The `ledger` folder. */
  readonly folder: string;
  readonly vaultId: Uint8Array;
  readonly keys: KeyRing;
}

/** Where the ledger ended, and in which segment. */
export interface LedgerEnd extends SegmentEnd {
  readonly last: Segment;
}

/**
 * Reads all batches after a record that the caller knows, through all segments, each proven to follow it.
 * With `until`, reads no further than that record; without, to the end, which may be torn.
 * Throws `vault-damaged` with segment and record named.
 */
export async function* readLedger(
  { files, folder, vaultId, keys }: LedgerFolder,
  known: Head,
  until?: number,
): AsyncGenerator<LedgerBatch, LedgerEnd> {
  const segments = await listSegments(files, folder, keys, vaultId);
  let end: SegmentEnd = { head: known, position: 0, torn: 0 };
  for (const segment of segmentsAfter(segments, known.sequence)) {
    const before = headBefore(segment.header);
    if (before.sequence === end.head.sequence && Buffer.compare(before.hash, end.head.hash) !== 0) {
      throw damaged(`${segment.name} does not follow record ${before.sequence}`);
    }
    const file = await files.open(segment.path, 'reading');
    try {
      const bounded = { ...segment, lastSequence: segment.lastSequence ?? until };
      end = yield* readSegment(readAhead(file), bounded, keys, end.head);
    } finally {
      await file.close();
    }
  }
  return { ...end, last: segments[segments.length - 1] as Segment };
}

/** Hands every batch to `each` and tells where the ledger ended. The files are closed even where `each` throws. */
export async function walkLedger(
  folder: LedgerFolder,
  known: Head,
  each: (batch: LedgerBatch) => void,
): Promise<LedgerEnd> {
  const batches = readLedger(folder, known);
  try {
    let next = await batches.next();
    for (; !next.done; next = await batches.next()) each(next.value);
    return next.value;
  } finally {
    await batches.return(undefined as never);
  }
}
