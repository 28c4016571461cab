/** How SSH writes values (RFC 4251, section 5). */

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** Bytes, or text in UTF-8, with their length in front. */
export function string(value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A number from 0, of its big-endian bytes: as short as it can be, and never taken for a negative one. */
export function mpint(value: Uint8Array): Buffer {
  const first = value.findIndex((byte) => byte !== 0);
  const short = first < 0 ? new Uint8Array() : value.subarray(first);
  return string((short[0] ?? 0) > 0x7f ? Buffer.concat([Uint8Array.of(0), short]) : short);
}

/** Reads strings one after the other. Throws RangeError where the bytes end too early. */
export class FieldReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  string(): Buffer {
    return this.take(this.#bytes.readUInt32BE(this.#advance(4)));
  }

  text(): string {
    return this.string().toString('utf8');
  }

  take(length: number): Buffer {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  #advance(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new RangeError('SSH value ends too early');
    this.#at = start + length;
    return start;
  }
}
