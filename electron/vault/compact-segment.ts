import { damaged } from '../crypto/damaged.ts';
import { encodeFramePrefix, sealFrame } from '../crypto/frame.ts';
import { hashSealedValue } from '../crypto/sealed-value.ts';
import { NONCE_LENGTH } from '../crypto/secret-box.ts';
import { encodeSegmentHeader } from '../crypto/segment-header.ts';
import type { RandomBytes, VaultFile } from './ports.ts';
import { readAhead } from './read-ahead.ts';
import type { LedgerFolder } from './read-ledger.ts';
import { headBefore, type Segment } from './segment.ts';
import { type ReadBatch, readSegment } from './segment-reader.ts';
import type { ValueHash } from './vault.ts';
import { writeDurably } from './write-durably.ts';

const WRITE = 1_048_576;
const VALUES = 256;

export interface CompactionParts {
  readonly random: RandomBytes;
  /** Those of the values that the durable state still knows. */
  known(hashes: readonly ValueHash[]): Promise<ReadonlySet<ValueHash>>;
  /** Awaited after each frame; throws where the work is to end. */
  breathe(): Promise<void>;
  /** Awaited before the new file takes the place of the old one. */
  check(): Promise<void>;
}

/**
 * Writes a closed segment anew without the attachments that the state no longer knows. FORMAT.md section 15.
 * The segment before and after is the same ledger: a crash leaves the one or the other. Resolves with how many were dropped.
 */
export async function compactSegment(
  { files, keys }: LedgerFolder,
  segment: Segment,
  { random, known, breathe, check }: CompactionParts,
): Promise<number> {
  const { header, lastSequence, name } = segment;
  const epoch = keys.ofEpoch(header.epoch);
  if (!epoch || lastSequence === undefined) throw damaged(`${name} cannot be compacted`);
  let dropped = 0;

  const frameOf = (
    batch: ReadBatch,
    hashes: readonly ValueHash[],
    living: ReadonlySet<ValueHash>,
  ): Uint8Array => {
    const attachments = batch.attachments.filter((_, i) => living.has(hashes[i] as ValueHash));
    const firstSequence = batch.before.sequence + 1;
    if (attachments.length === batch.attachments.length) {
      const prefix = { boxLength: batch.box.length, firstSequence, records: batch.records.length };
      return Buffer.concat([encodeFramePrefix(prefix), batch.box]);
    }
    dropped += batch.attachments.length - attachments.length;
    const place = { segment: header, firstSequence, previousHash: batch.before.hash };
    return sealFrame(epoch.ledger, random(NONCE_LENGTH), place, { records: batch.records, attachments });
  };

  const source = await files.open(segment.path, 'reading');
  try {
    await writeDurably(
      files,
      segment.path,
      async (target) => {
        const write = writingAhead(target);
        await write(encodeSegmentHeader(epoch.segment, header));
        const frames = readSegment(readAhead(source), segment, keys, headBefore(header));
        for await (const group of inGroups(frames, breathe)) {
          const hashes = group.map(({ attachments }) =>
            attachments.map((sealed) => hashSealedValue(sealed) as ValueHash),
          );
          const asked = hashes.flat();
          const living = asked.length === 0 ? new Set<ValueHash>() : await known(asked);
          for (const [i, batch] of group.entries()) {
            await write(frameOf(batch, hashes[i] ?? [], living));
            await breathe();
          }
        }
        await write(undefined);
      },
      check,
    );
  } finally {
    await source.close();
  }
  return dropped;
}

/** Frames in groups that are worth a question: so many values or bytes. */
async function* inGroups(
  frames: AsyncIterable<ReadBatch>,
  breathe: () => Promise<void>,
): AsyncGenerator<readonly ReadBatch[]> {
  let group: ReadBatch[] = [];
  let values = 0;
  let bytes = 0;
  for await (const batch of frames) {
    group.push(batch);
    values += batch.attachments.length;
    bytes += batch.box.length;
    await breathe();
    if (values < VALUES && bytes < WRITE) continue;
    yield group;
    group = [];
    values = 0;
    bytes = 0;
  }
  yield group;
}

/** Collects small writes; `undefined` writes what is left. */
function writingAhead(file: VaultFile): (bytes: Uint8Array | undefined) => Promise<void> {
  let ready: Uint8Array[] = [];
  let length = 0;
  let position = 0;
  return async (bytes) => {
    if (bytes) {
      ready.push(bytes);
      length += bytes.length;
      if (length < WRITE) return;
    }
    await file.write(Buffer.concat(ready), position);
    position += length;
    ready = [];
    length = 0;
  };
}
