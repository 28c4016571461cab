import { createHmac, timingSafeEqual } from 'node:crypto';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { checkMagic, damaged } from './damaged.ts';

const MAGIC = 'KWLEDGER';
const VERSION = 1;
const KIND_SEGMENT = 1;
const TAG_LENGTH = 32;

/** What opens a segment, and what its frames are bound to. FORMAT.md section 6. */
export interface SegmentHeader {
  readonly vaultId: Uint8Array;
  readonly epoch: number;
  readonly term: number;
  readonly writerId: Uint8Array;
  readonly segment: number;
  readonly firstSequence: number;
  readonly previousHash: Uint8Array;
  readonly previousTime: number;
}

/** The bytes of a segment header, tag included. */
export const SEGMENT_HEADER_LENGTH: number = 8 + 1 + 1 + 16 + 4 + 4 + 16 + 4 + 8 + 32 + 8 + TAG_LENGTH;

/** Writes a segment header under the segment key of its epoch. */
export function encodeSegmentHeader(segmentKey: Uint8Array, header: SegmentHeader): Uint8Array {
  const plain = new ByteWriter()
    .raw(Buffer.from(MAGIC, 'latin1'))
    .u8(VERSION)
    .u8(KIND_SEGMENT)
    .raw(header.vaultId)
    .u32(header.epoch)
    .u32(header.term)
    .raw(header.writerId)
    .u32(header.segment)
    .u64(header.firstSequence)
    .raw(header.previousHash)
    .u64(header.previousTime)
    .finish();
  return new ByteWriter().raw(plain).raw(tagOf(segmentKey, plain)).finish();
}

/**
 * Reads a segment header. `segmentKey` gives the key for the epoch that the header names, or undefined where there is none.
 * Throws `vault-damaged` or `vault-newer`; `name` says which file in the message.
 */
export function decodeSegmentHeader(
  bytes: Uint8Array,
  segmentKey: (epoch: number) => Uint8Array | undefined,
  name: string,
): SegmentHeader {
  checkMagic(bytes, MAGIC, VERSION, name);
  if (bytes.length < SEGMENT_HEADER_LENGTH) throw damaged(`${name} ends within its header`);
  const plain = bytes.subarray(0, SEGMENT_HEADER_LENGTH - TAG_LENGTH);
  const reader = new ByteReader(bytes.subarray(9));
  const kind = reader.u8();
  const vaultId = reader.raw(16).slice();
  const epoch = reader.u32();
  const key = segmentKey(epoch);
  const tag = bytes.subarray(plain.length, SEGMENT_HEADER_LENGTH);
  // Nothing else is parsed before the tag fits.
  if (kind !== KIND_SEGMENT || !key || !timingSafeEqual(tagOf(key, plain), tag)) {
    throw damaged(`the header of ${name} does not authenticate`);
  }
  return {
    vaultId,
    epoch,
    term: reader.u32(),
    writerId: reader.raw(16).slice(),
    segment: reader.u32(),
    firstSequence: reader.u64(),
    previousHash: reader.raw(32).slice(),
    previousTime: reader.u64(),
  };
}

function tagOf(key: Uint8Array, plain: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(plain).digest();
}
