/** Writes the fixed-width, big-endian fields of FORMAT.md one after the other. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  u8(value: number): this {
    return this.#int(value, 1);
  }

  u32(value: number): this {
    return this.#int(value, 4);
  }

  /** 64 bits on disk; at most 2^53 - 1 here. */
  u64(value: number): this {
    return this.#int(value, 8);
  }

  raw(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** A u32 length, then the bytes. */
  block(value: Uint8Array): this {
    return this.u32(value.length).raw(value);
  }

  text(value: string): this {
    const length = Buffer.byteLength(value);
    this.u32(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
    return this;
  }

  finish(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#length));
  }

  #int(value: number, width: 1 | 4 | 8): this {
    if (!Number.isSafeInteger(value) || value < 0 || (width < 8 && value >= 256 ** width)) {
      throw new RangeError(`not an unsigned integer of ${width} bytes`);
    }
    this.#reserve(width);
    if (width === 8) this.#low32(Math.floor(value / 2 ** 32));
    if (width === 1) this.#bytes[this.#length++] = value;
    else this.#low32(value);
    return this;
  }

  /** The value modulo 2^32: shifts see no more of it. */
  #low32(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#length++] = value >>> 24;
    bytes[this.#length++] = value >>> 16;
    bytes[this.#length++] = value >>> 8;
    bytes[this.#length++] = value;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
