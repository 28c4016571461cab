import { createHmac, timingSafeEqual } from 'node:crypto';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { checkMagic, damaged } from './damaged.ts';

const MAGIC = 'KWCHECKP';
const VERSION = 1;
const TAG_LENGTH = 32;
const LENGTH = 8 + 1 + 16 + 4 + 8 + 32 + 8 + TAG_LENGTH;

/** The last record that is gone: the chain verifies from here on. FORMAT.md section 16. */
export interface Checkpoint {
  readonly vaultId: Uint8Array;
  readonly epoch: number;
  readonly sequence: number;
  readonly hash: Uint8Array;
  /** Vault time in milliseconds since 1970. */
  readonly time: number;
}

/** Writes a checkpoint under the segment key of its epoch. */
export function encodeCheckpoint(segmentKey: Uint8Array, checkpoint: Checkpoint): Uint8Array {
  const plain = new ByteWriter()
    .raw(Buffer.from(MAGIC, 'latin1'))
    .u8(VERSION)
    .raw(checkpoint.vaultId)
    .u32(checkpoint.epoch)
    .u64(checkpoint.sequence)
    .raw(checkpoint.hash)
    .u64(checkpoint.time)
    .finish();
  return new ByteWriter().raw(plain).raw(tagOf(segmentKey, plain)).finish();
}

/** Reads a checkpoint. Throws `vault-damaged` or `vault-newer`; `name` says which file in the message. */
export function decodeCheckpoint(
  bytes: Uint8Array,
  segmentKey: (epoch: number) => Uint8Array | undefined,
  name: string,
): Checkpoint {
  checkMagic(bytes, MAGIC, VERSION, name);
  if (bytes.length !== LENGTH) throw damaged(`${name} is cut or continued`);
  const plain = bytes.subarray(0, LENGTH - TAG_LENGTH);
  const reader = new ByteReader(plain.subarray(9));
  const vaultId = reader.raw(16).slice();
  const epoch = reader.u32();
  const key = segmentKey(epoch);
  // Nothing else is parsed before the tag fits.
  if (!key || !timingSafeEqual(tagOf(key, plain), bytes.subarray(plain.length))) {
    throw damaged(`${name} does not authenticate`);
  }
  return { vaultId, epoch, sequence: reader.u64(), hash: reader.raw(32).slice(), time: reader.u64() };
}

function tagOf(key: Uint8Array, plain: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(plain).digest();
}
