import { z } from 'zod';
import { base64urlSalt } from './base64url-field.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeCanonical, encodeCanonical } from './canonical-json.ts';
import { checkMagic, damaged } from './damaged.ts';

const MAGIC = 'KWINDEX1';
const VERSION = 1;
const MAX_BODY = 4096;

const integer = z.number().int().nonnegative();

const indexBody = z.strictObject({
  chunk: integer.min(65_536).max(1_048_576),
  epoch: integer,
  first: integer,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  last: integer,
  salt: base64urlSalt,
  segment: integer,
  size: integer,
});

/** Which segment an audit index describes, and how it is sealed. FORMAT.md section 17. */
export type IndexHeader = z.infer<typeof indexBody>;

/** More than any index header. */
export const INDEX_HEADER_LIMIT: number = 13 + MAX_BODY;

/** The label under which the key of an index is derived. */
export const INDEX_KEY = 'keywarden/1/index-file';

/** The bytes ahead of the chunks. */
export function encodeIndexHeader(header: IndexHeader): Uint8Array {
  return new ByteWriter()
    .raw(Buffer.from(MAGIC, 'latin1'))
    .u8(VERSION)
    .block(encodeCanonical(header))
    .finish();
}

/** Reads an index's header and says how long it is. Not authenticated until the first chunk opens. */
export function decodeIndexHeader(
  bytes: Uint8Array,
  name: string,
): { readonly header: IndexHeader; readonly length: number } {
  checkMagic(bytes, MAGIC, VERSION, name);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bodyLength = bytes.length < 13 ? Number.POSITIVE_INFINITY : view.readUInt32BE(9);
  const length = 13 + bodyLength;
  if (bodyLength > MAX_BODY || bytes.length < length) throw damaged(`${name} ends within its header`);
  try {
    return { header: indexBody.parse(decodeCanonical(bytes.subarray(13, length))), length };
  } catch (error) {
    throw damaged(`the header of ${name} does not decode`, error);
  }
}
