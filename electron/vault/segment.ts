import { join } from 'node:path';
import { damaged } from '../crypto/damaged.ts';
import { decodeSegmentHeader, SEGMENT_HEADER_LENGTH, type SegmentHeader } from '../crypto/segment-header.ts';
import { parseSegmentName } from './folder-layout.ts';
import type { Head } from './head.ts';
import type { KeyRing } from './key-ring.ts';
import { readLedgerStart } from './ledger-start.ts';
import type { VaultFiles } from './ports.ts';
import { isMissing } from './write-durably.ts';

/** One segment as it lies in the folder. */
export interface Segment {
  readonly header: SegmentHeader;
  readonly path: string;
  /** For messages: `ledger/00000001.kwl`. */
  readonly name: string;
  /** The last record that counts here: what follows is void. Undefined in the last segment, which may end torn. */
  readonly lastSequence: number | undefined;
}

/** Where a segment's own header says that the chain stood. */
export function headBefore({ firstSequence, previousHash, previousTime }: SegmentHeader): Head {
  return { sequence: firstSequence - 1, hash: previousHash, time: previousTime };
}

/**
 * All segments that count, in order, each ending where the next one says; those ahead of the checkpoint do not.
 * Throws `vault-damaged` where they do not fit together, or do not begin where they must.
 */
export async function listSegments(
  files: VaultFiles,
  folder: string,
  keys: KeyRing,
  vaultId: Uint8Array,
): Promise<readonly Segment[]> {
  const start = await readLedgerStart(files, folder, keys, vaultId);
  const names = (await namesIn(files, folder)).filter((name) => parseSegmentName(name) !== undefined).sort();
  const segments: Segment[] = [];
  for (const fileName of names) {
    const name = `ledger/${fileName}`;
    const path = join(folder, fileName);
    const header = await readHeader(files, path, name, keys);
    const previous = segments.at(-1);
    const follows =
      !previous ||
      (header.segment === previous.header.segment + 1 &&
        header.firstSequence >= previous.header.firstSequence &&
        header.epoch >= previous.header.epoch &&
        header.term >= previous.header.term);
    const ours = Buffer.compare(header.vaultId, vaultId) === 0;
    if (!ours || !follows || header.segment !== parseSegmentName(fileName)) {
      throw damaged(`${name} is not where it belongs`);
    }
    segments.push({ header, path, name, lastSequence: undefined });
  }
  const bounded = segments
    .map((segment, i) => ({ ...segment, lastSequence: endBefore(segments[i + 1]) }))
    .filter(
      ({ lastSequence }) =>
        lastSequence === undefined || lastSequence > start.sequence || start.sequence === 0,
    );
  const first = bounded[0];
  if (!first) throw damaged('the ledger is missing');
  const before = headBefore(first.header);
  if (before.sequence !== start.sequence || Buffer.compare(before.hash, start.hash) !== 0) {
    throw damaged(`record ${start.sequence + 1} is missing from the ledger`);
  }
  return bounded;
}

function endBefore(next: Segment | undefined): number | undefined {
  return next && next.header.firstSequence - 1;
}

/** The segments that hold what comes after `sequence`. Throws `vault-damaged` where the ledger begins later. */
export function segmentsAfter(segments: readonly Segment[], sequence: number): readonly Segment[] {
  const first = segments.findLastIndex(({ header }) => header.firstSequence <= sequence + 1);
  if (first < 0) throw damaged(`record ${sequence + 1} is missing from the ledger`);
  return segments.slice(first);
}

async function readHeader(files: VaultFiles, path: string, name: string, keys: KeyRing) {
  const file = await files.open(path, 'reading');
  try {
    const bytes = await file.read(0, SEGMENT_HEADER_LENGTH);
    return decodeSegmentHeader(bytes, (epoch) => keys.ofEpoch(epoch)?.segment, name);
  } finally {
    await file.close();
  }
}

async function namesIn(files: VaultFiles, folder: string): Promise<readonly string[]> {
  try {
    return await files.list(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
