import { z } from 'zod';
import { base64urlSalt } from './base64url-field.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeCanonical, encodeCanonical } from './canonical-json.ts';
import { checkMagic, damaged } from './damaged.ts';

const MAGIC = 'KWSNAPSH';
const VERSION = 1;
const MAX_BODY = 4096;

const integer = z.number().int().nonnegative();

const snapshotBody = z.strictObject({
  chunk: integer.min(65_536).max(1_048_576),
  epoch: integer,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  salt: base64urlSalt,
  sequence: integer,
  time: integer,
});

/** Which state a snapshot holds, and how it is sealed. FORMAT.md section 7. */
export type SnapshotHeader = z.infer<typeof snapshotBody>;

/** More than any snapshot header: reading this many bytes from the front is enough to decode one. */
export const SNAPSHOT_HEADER_LIMIT: number = 13 + MAX_BODY;

/** The bytes ahead of the chunks. */
export function encodeSnapshotHeader(header: SnapshotHeader): Uint8Array {
  return new ByteWriter()
    .raw(Buffer.from(MAGIC, 'latin1'))
    .u8(VERSION)
    .block(encodeCanonical(header))
    .finish();
}

/** Reads a snapshot's header and says how long it is. Not authenticated until the first chunk opens. */
export function decodeSnapshotHeader(
  bytes: Uint8Array,
  name: string,
): { readonly header: SnapshotHeader; readonly length: number } {
  checkMagic(bytes, MAGIC, VERSION, name);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bodyLength = bytes.length < 13 ? Number.POSITIVE_INFINITY : view.readUInt32BE(9);
  const length = 13 + bodyLength;
  if (bodyLength > MAX_BODY || bytes.length < length) throw damaged(`${name} ends within its header`);
  try {
    return { header: snapshotBody.parse(decodeCanonical(bytes.subarray(13, length))), length };
  } catch (error) {
    throw damaged(`the header of ${name} does not decode`, error);
  }
}
