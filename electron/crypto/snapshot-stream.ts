import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { deriveSubkey } from './epoch-keys.ts';
import type { SnapshotHeader } from './snapshot-header.ts';

const TAG_LENGTH = 16;
const CIPHER = 'aes-256-gcm';

/**
 * Seals or opens the chunks of one snapshot (or audit index), in order, each with its counter and whether it is the last.
 * After the last chunk nothing more may come: a caller that ends without it holds a cut snapshot.
 */
export class SnapshotStream {
  readonly #key: Uint8Array;
  readonly #associated: Uint8Array;
  #counter = 0;
  #ended = false;

  /** `encodedHeader` is what stands before the chunks: it is their associated data. */
  constructor(
    snapshotKey: Uint8Array,
    header: Pick<SnapshotHeader, 'salt'>,
    encodedHeader: Uint8Array,
    label = 'keywarden/1/snapshot-file',
  ) {
    const salt = Buffer.from(header.salt, 'base64url');
    this.#key = deriveSubkey(snapshotKey, salt, label);
    this.#associated = createHash('sha256').update(encodedHeader).digest();
  }

  get ended(): boolean {
    return this.#ended;
  }

  seal(chunk: Uint8Array, last: boolean): Uint8Array {
    const cipher = createCipheriv(CIPHER, this.#key, this.#nextNonce(last)).setAAD(this.#associated);
    return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
  }

  /** The chunk's plaintext, or undefined where it does not authenticate at this place. */
  open(sealed: Uint8Array, last: boolean): Uint8Array | undefined {
    const nonce = this.#nextNonce(last);
    if (sealed.length <= TAG_LENGTH) return undefined;
    const split = sealed.length - TAG_LENGTH;
    const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_LENGTH });
    decipher.setAAD(this.#associated).setAuthTag(sealed.subarray(split));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, split)), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  wipe(): void {
    this.#key.fill(0);
  }

  #nextNonce(last: boolean): Uint8Array {
    if (this.#ended) throw new RangeError('a chunk after the last one');
    this.#ended = last;
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(this.#counter++, 7);
    nonce[11] = last ? 1 : 0;
    return nonce;
  }
}

/** How many bytes a sealed chunk has for a plaintext chunk of this size. */
export function sealedChunkLength(chunk: number): number {
  return chunk + TAG_LENGTH;
}
