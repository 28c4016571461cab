import { createHash } from 'node:crypto';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { openBox, sealBox } from './secret-box.ts';
import type { SegmentHeader } from './segment-header.ts';

const KIND_RECORDS = 2;
const CHECK_LENGTH = 8;

/** The bytes of a frame ahead of its box. */
export const FRAME_PREFIX_LENGTH = 24;

/** Where a frame stands; all of it is associated data. */
export interface FramePlace {
  readonly segment: SegmentHeader;
  readonly firstSequence: number;
  readonly previousHash: Uint8Array;
}

/** What a frame carries. */
export interface FrameContent {
  readonly records: readonly Uint8Array[];
  readonly attachments: readonly Uint8Array[];
}

/** The plain fields in front of the box. */
export interface FramePrefix {
  readonly boxLength: number;
  readonly firstSequence: number;
  readonly records: number;
}

/** Seals one batch. FORMAT.md section 6. */
export function sealFrame(
  ledgerKey: Uint8Array,
  nonce: Uint8Array,
  place: FramePlace,
  content: FrameContent,
): Uint8Array {
  const plaintext = new ByteWriter();
  for (const record of content.records) plaintext.block(record);
  plaintext.u32(content.attachments.length);
  for (const attachment of content.attachments) plaintext.block(attachment);
  const count = content.records.length;
  const box = sealBox(ledgerKey, nonce, associatedData(place, count), plaintext.finish());
  const prefix = encodeFramePrefix({
    boxLength: box.length,
    firstSequence: place.firstSequence,
    records: count,
  });
  return Buffer.concat([prefix, box]);
}

/** Writes the plain fields. */
export function encodeFramePrefix({ boxLength, firstSequence, records }: FramePrefix): Uint8Array {
  const plain = new ByteWriter().u32(boxLength).u64(firstSequence).u32(records).finish();
  return new ByteWriter().raw(plain).raw(check(plain)).finish();
}

/** Reads the plain fields, or undefined where they are not whole. */
export function decodeFramePrefix(bytes: Uint8Array): FramePrefix | undefined {
  if (bytes.length < FRAME_PREFIX_LENGTH) return undefined;
  const plain = bytes.subarray(0, FRAME_PREFIX_LENGTH - CHECK_LENGTH);
  if (Buffer.compare(check(plain), bytes.subarray(plain.length, FRAME_PREFIX_LENGTH)) !== 0) return undefined;
  const reader = new ByteReader(plain);
  return { boxLength: reader.u32(), firstSequence: reader.u64(), records: reader.u32() };
}

/** Opens a frame's box, or returns undefined where it does not authenticate at this place. */
export function openFrame(
  ledgerKey: Uint8Array,
  place: FramePlace,
  count: number,
  box: Uint8Array,
): FrameContent | undefined {
  const plaintext = openBox(ledgerKey, associatedData(place, count), box);
  if (!plaintext) return undefined;
  try {
    const reader = new ByteReader(plaintext);
    const records = Array.from({ length: count }, () => reader.block());
    const attachments = Array.from({ length: reader.u32() }, () => reader.block());
    return reader.remaining === 0 ? { records, attachments } : undefined;
  } catch {
    return undefined;
  }
}

function check(prefix: Uint8Array): Uint8Array {
  return createHash('sha256').update(prefix).digest().subarray(0, CHECK_LENGTH);
}

function associatedData(place: FramePlace, count: number): Uint8Array {
  const { vaultId, epoch, term, writerId, segment } = place.segment;
  return new ByteWriter()
    .text('keywarden/1/frame')
    .u8(KIND_RECORDS)
    .raw(vaultId)
    .u32(epoch)
    .u32(term)
    .raw(writerId)
    .u32(segment)
    .u64(place.firstSequence)
    .u32(count)
    .raw(place.previousHash)
    .finish();
}
