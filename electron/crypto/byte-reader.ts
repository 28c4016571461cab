/** Reads the fixed-width, big-endian fields of FORMAT.md. Throws `RangeError` where the bytes end too early. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    return this.#int(1);
  }

  u32(): number {
    return this.#int(4);
  }

  u64(): number {
    const value = this.#int(8);
    if (!Number.isSafeInteger(value)) throw new RangeError('an integer over 2^53 - 1');
    return value;
  }

  /** A view on the next bytes, not a copy. */
  raw(length: number): Uint8Array {
    if (length > this.remaining) throw new RangeError('the bytes end too early');
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  block(): Uint8Array {
    return this.raw(this.u32());
  }

  #int(width: number): number {
    let value = 0;
    for (const byte of this.raw(width)) value = value * 256 + byte;
    return value;
  }
}
