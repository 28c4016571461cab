import { join } from 'node:path';
import { indexName, parseSegmentName, segmentName } from './folder-layout.ts';
import { writeLedgerStart } from './ledger-start.ts';
import type { LedgerFolder } from './read-ledger.ts';
import { headBefore, listSegments, type Segment } from './segment.ts';
import { removeIfThere } from './write-durably.ts';

/** Between two segments no more than so many milliseconds count: a clock that was set forward must not cost anybody's records. */
const LONGEST_GAP = 31 * 86_400_000;

/** Which records have had their time. */
export interface Retention {
  /** The record up to which snapshots hold the state: nothing behind it may go. */
  readonly covered: number;
  /** The time of the last record. */
  readonly now: number;
  /** The wall clock; undefined while it cannot be trusted: then nothing is too old. */
  readonly wall: number | undefined;
  /** Milliseconds that a segment stays after its end. */
  readonly age: number;
  /** The ledger's bytes that may stay. */
  readonly bytes: number;
}

/** The first segment that stays, or undefined where all do. The last segment always stays. */
export async function firstToKeep(
  { files, folder, keys, vaultId }: LedgerFolder,
  { covered, now, wall, age, bytes }: Retention,
): Promise<Segment | undefined> {
  const segments = await listSegments(files, folder, keys, vaultId);
  const sizes = await Promise.all(segments.map(async ({ path }) => (await files.stat(path)).size));
  let left = sizes.reduce((sum, size) => sum + size, 0);
  const ages = agesOf(segments, now);
  let first: Segment | undefined;
  for (const [at, next] of segments.slice(1).entries()) {
    const { sequence, time } = headBefore(next.header);
    // The records and the wall must both say so: a clock that was set forward for a minute stays in the records for ever.
    const outlived = (ages[at] ?? 0) > age && wall !== undefined && wall - time > age;
    if (sequence === 0 || sequence > covered || (left <= bytes && !outlived)) break;
    left -= sizes[at] ?? 0;
    first = next;
  }
  return first;
}

/** How long ago each closed segment ended, as far as the ledger itself has seen that time go by. */
function agesOf(segments: readonly Segment[], now: number): readonly number[] {
  const ages: number[] = [];
  let later = now;
  let age = 0;
  for (let i = segments.length - 1; i > 0; i--) {
    const ended = headBefore((segments[i] as Segment).header).time;
    age += Math.min(Math.max(0, later - ended), LONGEST_GAP);
    ages[i - 1] = age;
    later = ended;
  }
  return ages;
}

/** Lets the ledger begin with this segment: the checkpoint first, then the segments go, the oldest first. FORMAT.md section 16. */
export async function trimLedger(folder: LedgerFolder, first: Segment): Promise<void> {
  const { files, keys, vaultId } = folder;
  await writeLedgerStart(files, folder.folder, keys, {
    vaultId,
    epoch: first.header.epoch,
    ...headBefore(first.header),
  });
  await removeTrimmed(folder, first.header.segment);
}

/** Removes the segments ahead of one that the ledger begins with: what a crash may have left to do. */
export async function removeTrimmed({ files, folder }: LedgerFolder, first: number): Promise<void> {
  const numbers = (await files.list(folder)).map(parseSegmentName).filter((number) => number !== undefined);
  for (const number of numbers.sort((a, b) => a - b)) {
    if (number >= first) break;
    await removeIfThere(files, join(folder, indexName(number)));
    await removeIfThere(files, join(folder, segmentName(number)));
  }
  await files.syncFolder(folder);
}
