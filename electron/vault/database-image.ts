/** Bytes in one block: a multiple of every page size of SQLite, and the chunk of a snapshot. */
export const BLOCK = 65_536;

/** More than any database: SQLite's file system must never find our bytes too short and copy them elsewhere. */
const ENDLESS = 2 ** 40;

/** The image as it stood at one moment, block by block, while the database goes on. */
export interface FrozenImage {
  readonly length: number;
  /** Each block once, front to back; the last may be shorter. A block that was taken is no longer kept from changing. */
  take(): Generator<Uint8Array, void>;
  /** Keeps no block from changing any more: for whoever does not take them all. */
  thaw(): void;
}

/**
 * The bytes of a SQLite database file, in blocks that we own, so that a snapshot needs no copy of the whole:
 * `freeze` marks the blocks, and only those that change before they are taken are copied, each by itself.
 *
 * sql.js keeps a file as `node.contents`, an object of which it uses `length`, `subarray` and `set` alone
 * (Emscripten's MEMFS); `asFile` hands it one of ours. A test holds this to the version that we have pinned.
 */
export class DatabaseImage {
  #blocks: Uint8Array[] = [];
  #frozen: Set<Uint8Array>[] = [];
  #used = 0;

  /** Adds bytes at the end: how an image is filled before SQLite opens it. */
  append(bytes: Uint8Array): void {
    if (bytes.length === BLOCK && this.#used % BLOCK === 0) {
      this.#blocks[this.#used / BLOCK] = new Uint8Array(bytes.buffer, bytes.byteOffset, BLOCK);
      this.#used += BLOCK;
    } else {
      this.#write(bytes, this.#used);
    }
  }

  get length(): number {
    return this.#used;
  }

  /** A field of SQLite's own header that means nothing to it: tells whether it still writes here. */
  get userVersion(): number {
    return Buffer.from(this.#read(60, 64)).readUInt32BE();
  }

  /** What sql.js takes for the bytes of a file. It copies them with `slice`, and gets these themselves. */
  asFile(): Uint8Array {
    const contents = {
      length: ENDLESS,
      subarray: (start: number, end: number) => this.#read(start, end),
      set: (bytes: Uint8Array, at: number) => this.#write(bytes, at),
    };
    const handed = { length: this.#used, subarray: contents.subarray, slice: () => contents };
    return handed as unknown as Uint8Array;
  }

  /** Only between transactions. */
  freeze(): FrozenImage {
    const blocks = this.#blocks.slice();
    const length = this.#used;
    const kept = new Set(blocks);
    this.#frozen.push(kept);
    const thaw = () => {
      this.#frozen = this.#frozen.filter((other) => other !== kept);
    };
    return {
      length,
      thaw,
      *take() {
        try {
          for (const [at, block] of blocks.entries()) {
            yield block.subarray(0, Math.min(BLOCK, length - at * BLOCK));
            kept.delete(block);
            blocks[at] = new Uint8Array(0);
          }
        } finally {
          thaw();
        }
      },
    };
  }

  /** Overwrites everything with zeros. Only when nothing is frozen and SQLite has closed the file. */
  wipe(): void {
    for (const block of this.#blocks) block.fill(0);
    this.#blocks = [];
    this.#used = 0;
  }

  #read(start: number, end: number): Uint8Array {
    const at = start % BLOCK;
    const block = this.#blocks[(start - at) / BLOCK];
    if (block && at + end - start <= BLOCK) return block.subarray(at, at + end - start);
    const joined = new Uint8Array(end - start);
    for (let done = 0; done < joined.length; ) {
      const from = (start + done) % BLOCK;
      const part = this.#blocks[Math.floor((start + done) / BLOCK)]?.subarray(
        from,
        from + joined.length - done,
      );
      if (!part) break;
      joined.set(part, done);
      done += part.length;
    }
    return joined;
  }

  #write(bytes: Uint8Array, start: number): void {
    for (let done = 0; done < bytes.length; ) {
      const at = (start + done) % BLOCK;
      const part = bytes.subarray(done, done + BLOCK - at);
      this.#blockToWrite((start + done - at) / BLOCK).set(part, at);
      done += part.length;
    }
    this.#used = Math.max(this.#used, start + bytes.length);
  }

  #blockToWrite(index: number): Uint8Array {
    const block = this.#blocks[index];
    if (!block) {
      const fresh = new Uint8Array(BLOCK);
      this.#blocks[index] = fresh;
      return fresh;
    }
    if (!this.#frozen.some((kept) => kept.has(block))) return block;
    // Never `slice`: of a Buffer, that is the same memory.
    const copy = new Uint8Array(block);
    this.#blocks[index] = copy;
    return copy;
  }
}
