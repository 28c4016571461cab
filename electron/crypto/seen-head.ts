import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ByteWriter } from './byte-writer.ts';
import { decodeCanonical, encodeCanonical } from './canonical-json.ts';
import { checkMagic, damaged } from './damaged.ts';

const MAGIC = 'KWSEENHD';
const VERSION = 1;
const NAME = 'the head that was seen last';
const MAC_LENGTH = 32;

const integer = z.number().int().nonnegative();
const seenBody = z.strictObject({
  epoch: integer.min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  sequence: integer,
  since: integer.min(1),
  term: integer.min(1),
  time: integer,
});

/** How far a vault had come when a machine saw it last. FORMAT.md section 11. */
export type SeenHead = z.infer<typeof seenBody>;

/** Writes it under the seen key of its epoch. */
export function encodeSeenHead(key: Uint8Array, seen: SeenHead): Uint8Array {
  const plain = new ByteWriter()
    .raw(Buffer.from(MAGIC, 'latin1'))
    .u8(VERSION)
    .block(encodeCanonical(seen))
    .finish();
  return new ByteWriter().raw(plain).raw(macOf(key, plain)).finish();
}

/** Reads it; `seenKey` gives the key of the epoch that it names. Throws `vault-damaged` or `vault-newer`. */
export function decodeSeenHead(
  bytes: Uint8Array,
  seenKey: (epoch: number) => Uint8Array | undefined,
): SeenHead {
  checkMagic(bytes, MAGIC, VERSION, NAME);
  const plain = bytes.subarray(0, Math.max(13, bytes.length - MAC_LENGTH));
  let seen: SeenHead;
  try {
    if (Buffer.from(plain).readUInt32BE(9) !== plain.length - 13) throw new RangeError('a wrong length');
    seen = seenBody.parse(decodeCanonical(plain.subarray(13)));
  } catch (error) {
    throw damaged(`${NAME} does not decode`, error);
  }
  const key = seenKey(seen.epoch);
  if (!key || !timingSafeEqual(macOf(key, plain), bytes.subarray(plain.length))) {
    throw damaged(`${NAME} does not authenticate`);
  }
  return seen;
}

function macOf(key: Uint8Array, plain: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(plain).digest();
}
