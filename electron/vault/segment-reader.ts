import { damaged } from '../crypto/damaged.ts';
import { decodeFramePrefix, FRAME_PREFIX_LENGTH, openFrame } from '../crypto/frame.ts';
import { nextHash } from '../crypto/record-chain.ts';
import { SEGMENT_HEADER_LENGTH } from '../crypto/segment-header.ts';
import type { Head } from './head.ts';
import type { KeyRing } from './key-ring.ts';
import type { LedgerBatch } from './ledger.ts';
import type { VaultFile } from './ports.ts';
import { decodeRecord } from './record-codec.ts';
import { headBefore, type Segment } from './segment.ts';
import { endsTorn } from './torn-tail.ts';
import type { LedgerRecord } from './vault.ts';

/** A batch and where its frame lies. */
export interface ReadBatch extends LedgerBatch {
  readonly decoded: readonly LedgerRecord[];
  readonly position: number;
  /** Behind the frame. */
  readonly end: number;
  /** As it lies on the disk. */
  readonly box: Uint8Array;
}

/** Where reading a segment ended. */
export interface SegmentEnd {
  readonly head: Head;
  /** Behind the last whole frame. */
  readonly position: number;
  /** Bytes of a torn frame behind it. */
  readonly torn: number;
}

/**
 * Reads a segment's batches after the record `known`, in order, every byte authenticated and every record chained to it.
 * Frames up to `known` are skipped by their plain fields, or not looked at where `from` says where the one behind it begins. Throws `vault-damaged` with segment and record named.
 */
export async function* readSegment(
  file: Pick<VaultFile, 'read' | 'size'>,
  { header, name, lastSequence }: Segment,
  keys: KeyRing,
  known: Head,
  from?: number,
): AsyncGenerator<ReadBatch, SegmentEnd> {
  const key = keys.ofEpoch(header.epoch)?.ledger;
  if (!key) throw damaged(`there is no key for ${name}`);
  const size = await file.size();
  let head = from === undefined ? headBefore(header) : known;
  let position = from ?? SEGMENT_HEADER_LENGTH;
  while (lastSequence === undefined ? position < size : head.sequence < lastSequence) {
    const place = `${name}, record ${head.sequence + 1}`;
    const prefix = decodeFramePrefix(await file.read(position, FRAME_PREFIX_LENGTH));
    const end = position + FRAME_PREFIX_LENGTH + (prefix?.boxLength ?? 0);
    if (!prefix || end > size) {
      if (lastSequence === undefined && (await endsTorn(file, position, size, prefix))) {
        return { head: joined(head, known, place), position, torn: size - position };
      }
      throw damaged(`${place} is cut or overwritten`);
    }
    if (prefix.firstSequence !== head.sequence + 1) throw damaged(`${place} is out of order`);
    const last = head.sequence + prefix.records;
    if (last <= known.sequence) {
      head = { ...head, sequence: last };
      position = end;
      continue;
    }
    const before = joined(head, known, place);
    const at = { segment: header, firstSequence: prefix.firstSequence, previousHash: before.hash };
    const box = await file.read(position + FRAME_PREFIX_LENGTH, prefix.boxLength);
    const content = openFrame(key, at, prefix.records, box);
    if (!content) {
      if (lastSequence === undefined && (await endsTorn(file, position, size, prefix))) {
        return { head: before, position, torn: size - position };
      }
      throw damaged(`${place} does not authenticate`);
    }
    const decoded = content.records.map((bytes) => decodeOrThrow(bytes, place));
    const after = chain(before, content.records, decoded, place);
    yield { before, ...content, decoded, after, position, end, box };
    head = after;
    position = end;
  }
  head = joined(head, known, `${name}, record ${head.sequence + 1}`);
  if (lastSequence !== undefined && head.sequence !== lastSequence) throw damaged(`${name} overruns its end`);
  return { head, position, torn: 0 };
}

/** Behind skipped frames only the caller knows the chain: the first frame that is opened must go on exactly there. */
function joined(head: Head, known: Head, place: string): Head {
  if (head.sequence > known.sequence) return head;
  if (head.sequence < known.sequence) throw damaged(`${place} and what follows it is missing`);
  return known;
}

function chain(
  before: Head,
  records: readonly Uint8Array[],
  decoded: readonly LedgerRecord[],
  place: string,
): Head {
  return decoded.reduce<Head>(({ sequence, hash, time }, record, i) => {
    if (record.sequence !== sequence + 1 || record.time < time) throw damaged(`${place} is out of order`);
    return { sequence: record.sequence, time: record.time, hash: nextHash(hash, records[i] as Uint8Array) };
  }, before);
}

function decodeOrThrow(bytes: Uint8Array, place: string): LedgerRecord {
  try {
    return decodeRecord(bytes);
  } catch (error) {
    throw damaged(`${place} does not decode`, error);
  }
}
