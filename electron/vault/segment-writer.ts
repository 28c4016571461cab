import { join } from 'node:path';
import { damaged } from '../crypto/damaged.ts';
import { sealFrame } from '../crypto/frame.ts';
import { NONCE_LENGTH } from '../crypto/secret-box.ts';
import { encodeSegmentHeader, SEGMENT_HEADER_LENGTH, type SegmentHeader } from '../crypto/segment-header.ts';
import { segmentName } from './folder-layout.ts';
import type { KeyRing } from './key-ring.ts';
import type { LedgerBatch } from './ledger.ts';
import type { RandomBytes, VaultFile, VaultFiles } from './ports.ts';
import { writeDurably } from './write-durably.ts';

/** Puts a new, empty segment into the folder, whole or not at all. */
export async function createSegment(
  files: VaultFiles,
  folder: string,
  keys: KeyRing,
  header: SegmentHeader,
): Promise<string> {
  const path = join(folder, segmentName(header.segment));
  const key = keys.ofEpoch(header.epoch)?.segment;
  if (!key) throw damaged(`there is no key for epoch ${header.epoch}`);
  await writeDurably(files, path, (file) => file.write(encodeSegmentHeader(key, header), 0));
  return path;
}

/** Appends frames to one segment: one write and one fdatasync each. Of no use after its first error. */
export class SegmentWriter {
  readonly header: SegmentHeader;
  readonly #file: VaultFile;
  readonly #ledgerKey: Uint8Array;
  readonly #random: RandomBytes;
  readonly #look: () => Promise<{ readonly size: number }>;
  #position: number;
  /** Whether something of ours may stand behind the last whole frame. */
  #begun = false;

  private constructor(
    header: SegmentHeader,
    file: VaultFile,
    look: () => Promise<{ readonly size: number }>,
    position: number,
    ledgerKey: Uint8Array,
    random: RandomBytes,
  ) {
    this.header = header;
    this.#file = file;
    this.#look = look;
    this.#position = position;
    this.#ledgerKey = ledgerKey;
    this.#random = random;
  }

  /** Opens a segment for appending behind `position`, and makes what is there already durable. */
  static async open(
    files: VaultFiles,
    segment: { readonly path: string; readonly header: SegmentHeader },
    position: number | undefined,
    keys: KeyRing,
    random: RandomBytes,
  ): Promise<SegmentWriter> {
    const key = keys.ofEpoch(segment.header.epoch)?.ledger;
    if (!key) throw damaged(`there is no key for epoch ${segment.header.epoch}`);
    const file = await files.open(segment.path, 'existing');
    try {
      // A process that was killed between its write and its fdatasync may have left the last frame in the cache alone.
      await file.sync();
    } catch (error) {
      await file.close();
      throw error;
    }
    const look = () => files.stat(segment.path);
    return new SegmentWriter(segment.header, file, look, position ?? SEGMENT_HEADER_LENGTH, key, random);
  }

  get position(): number {
    return this.#position;
  }

  /**
   * Throws where the segment is no longer what and where it was: a file that was removed takes every write, and keeps none.
   */
  async check(): Promise<void> {
    const { size } = await this.#look();
    if (size !== this.#position) throw new Error('the segment was changed by somebody else');
  }

  /** The frame of a batch that follows what is here. */
  seal({ before, records, attachments }: LedgerBatch): Uint8Array {
    const place = {
      segment: this.header,
      firstSequence: before.sequence + 1,
      previousHash: before.hash,
    };
    return sealFrame(this.#ledgerKey, this.#random(NONCE_LENGTH), place, { records, attachments });
  }

  async append(frame: Uint8Array): Promise<void> {
    this.#begun = true;
    await this.#file.write(frame, this.#position);
    await this.#file.sync();
    this.#position += frame.length;
    this.#begun = false;
  }

  /**
   * Takes back what a failed append may have written, as far as the disk lets us. It need not succeed:
   * the next segment's header makes it void. The descriptor is never synced again, for after a failed
   * fsync the next one reports success without having written.
   */
  async abandon(): Promise<void> {
    if (this.#begun) await this.#file.truncate(this.#position).catch(() => undefined);
    await this.close().catch(() => undefined);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
