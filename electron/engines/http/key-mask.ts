import { Transform } from 'node:stream';

const STAR = 0x2a;

/**
 * Masks patterns in a stream of bytes, wherever its chunks are cut. Each is replaced by as many stars, so that lengths that
 * were promised stay true. What cannot be the beginning of a pattern is let through at once: events are not held up.
 */
export class KeyMask {
  readonly #patterns: readonly Buffer[];
  /** The end of what came, which may go on to be a pattern: as it came, and as it will be shown. */
  #raw: Buffer = Buffer.alloc(0);
  #shown: Buffer = Buffer.alloc(0);

  constructor(patterns: readonly Buffer[]) {
    this.#patterns = patterns;
  }

  /** Takes the next bytes and returns what may be shown by now. */
  push(chunk: Buffer): Buffer {
    const raw = this.#raw.length === 0 ? chunk : Buffer.concat([this.#raw, chunk]);
    const shown = Buffer.concat([this.#shown, chunk]);
    for (const pattern of this.#patterns) {
      for (let at = raw.indexOf(pattern); at !== -1; at = raw.indexOf(pattern, at + 1)) {
        shown.fill(STAR, at, at + pattern.length);
      }
    }
    const kept = this.#possibleStart(raw);
    // Copies: what is kept must not keep the whole chunk.
    this.#raw = Buffer.from(raw.subarray(raw.length - kept));
    this.#shown = Buffer.from(shown.subarray(shown.length - kept));
    return shown.subarray(0, shown.length - kept);
  }

  /** The rest: the stream has ended, and what looked like a beginning was none. */
  end(): Buffer {
    const rest = this.#shown;
    this.#raw = this.#shown = Buffer.alloc(0);
    return rest;
  }

  /** How many of the last bytes may be the beginning of a pattern. */
  #possibleStart(raw: Buffer): number {
    let longest = 0;
    for (const pattern of this.#patterns) {
      const first = pattern[0] ?? 0;
      const from = raw.length - Math.min(pattern.length - 1, raw.length);
      for (let at = raw.indexOf(first, from); at !== -1; at = raw.indexOf(first, at + 1)) {
        const length = raw.length - at;
        if (length <= longest) break;
        if (raw.compare(pattern, 0, length, at) === 0) longest = length;
      }
    }
    return longest;
  }
}

/** Masks a whole text. */
export function maskText(text: string, patterns: readonly Buffer[]): string {
  const mask = new KeyMask(patterns);
  return Buffer.concat([mask.push(Buffer.from(text, 'latin1')), mask.end()]).toString('latin1');
}

/** Masks what flows through, and tells how many bytes came. */
export function maskStream(patterns: readonly Buffer[], count: (bytes: number) => void): Transform {
  const mask = new KeyMask(patterns);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count(chunk.length);
      const shown = mask.push(chunk);
      done(null, shown.length === 0 ? undefined : shown);
    },
    flush(done) {
      done(null, mask.end());
    },
  });
}
