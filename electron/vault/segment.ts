import { join } from 'node:path';
import { damaged } from '../crypto/damaged.ts';
import { decodeSegmentHeader, SEGMENT_HEADER_LENGTH, type SegmentHeader } from '../crypto/segment-header.ts';
import { parseSegmentName } from './folder-layout.ts';
import type { Head } from './head.ts';
import type { KeyRing } from './key-ring.ts';
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

/** All segments in order, each ending where the next one says. Throws `vault-damaged` where they do not fit together. */
export async function listSegments(
  files: VaultFiles,
  folder: string,
  keys: KeyRing,
  vaultId: Uint8Array,
): Promise<readonly Segment[]> {
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
  if (segments.length === 0) throw damaged('the ledger is missing');
  return segments.map((segment, i) => {
    const next = segments[i + 1];
    return next ? { ...segment, lastSequence: next.header.firstSequence - 1 } : segment;
  });
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
