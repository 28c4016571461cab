import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { SegmentHeader } from '../crypto/segment-header.ts';
import type { FolderLock } from './folder-lock.ts';
import type { Head } from './head.ts';
import type { Ledger, LedgerBatch } from './ledger.ts';
import type { RandomBytes, WallClock } from './ports.ts';
import { type LedgerEnd, type LedgerFolder, readLedger, walkLedger } from './read-ledger.ts';
import { isDiskFull, type Reserve } from './reserve.ts';
import { createSegment, SegmentWriter } from './segment-writer.ts';
import type { TornTail } from './tail-cut.ts';

/** A segment takes no further batch once it holds this many records. */
const SEGMENT_RECORDS = 50_000;

/** Milliseconds until the first try after an error, doubled at each further one. */
const FIRST_RETRY = 100;
const LAST_RETRY = 30_000;

/** Milliseconds until the first look whether there is room for the reserve again. */
const FIRST_REMAKE = 1_000;

export interface FileLedgerParts extends LedgerFolder {
  readonly clock: WallClock;
  readonly random: RandomBytes;
  readonly lock: Pick<FolderLock, 'check'>;
  readonly reserve: Pick<Reserve, 'make' | 'release'>;
}

/** The ledger over files: segments of sealed frames. FORMAT.md section 6. */
export class FileLedger implements Ledger {
  readonly #parts: FileLedgerParts;
  readonly #listeners = new Set<(batch: LedgerBatch) => void>();
  #head: Head;
  /** The last segment that is known to be in place. */
  #last: SegmentHeader;
  #writer: SegmentWriter | undefined;
  #retry = { at: 0, wait: FIRST_RETRY };
  #rotating = false;
  /** While the disk is full and the reserve given up: when it is tried to make it again. */
  #full: { at: number; wait: number } | undefined;

  private constructor(parts: FileLedgerParts, head: Head, last: SegmentHeader) {
    this.#parts = parts;
    this.#head = head;
    this.#last = last;
  }

  /**
   * Reads what follows `known`, hands it to `replay` batch by batch, and opens the end for appending.
   * A torn tail is left behind in its segment and reported, so that the caller can record it.
   */
  static async open(
    parts: FileLedgerParts,
    known: Head,
    replay: (batch: LedgerBatch) => void,
  ): Promise<{ readonly ledger: FileLedger; readonly torn: TornTail | undefined }> {
    return FileLedger.resume(parts, await walkLedger(parts, known, replay));
  }

  /** Opens for appending where reading has ended; with `begin`, in a term of its own. */
  static async resume(
    parts: FileLedgerParts,
    { head, position, torn, last }: LedgerEnd,
    begin?: Pick<SegmentHeader, 'term' | 'writerId'>,
  ): Promise<{ readonly ledger: FileLedger; readonly torn: TornTail | undefined }> {
    const ledger = new FileLedger(parts, head, { ...last.header, ...begin });
    if (torn > 0 || begin) {
      await ledger.#startSegment();
      if (torn === 0) return { ledger, torn: undefined };
      return { ledger, torn: { segment: last.header.segment, position, bytes: torn } };
    }
    ledger.#writer = await SegmentWriter.open(parts.files, last, position, parts.keys, parts.random);
    return { ledger, torn: undefined };
  }

  get writable(): boolean {
    return this.#writer !== undefined;
  }

  get onlyUrgent(): boolean {
    return this.#full !== undefined;
  }

  head(): Head {
    return this.#head;
  }

  /** The number of the segment that is being written, or was last. */
  get segment(): number {
    return this.#last.segment;
  }

  /** The first record that it holds, or will hold. */
  get firstSequence(): number {
    return this.#last.firstSequence;
  }

  /** Closes the segment, if it holds anything, ahead of the next batch. */
  rotate(): void {
    this.#rotating = true;
  }

  async append(batch: LedgerBatch): Promise<void> {
    if (!this.#writer) throw new KeywardenError('ledger-unavailable');
    try {
      // The look at lock and segment goes on while the frame is sealed.
      const ours = Promise.all([this.#parts.lock.check(), this.#writer.check()]);
      ours.catch(() => undefined);
      const { epoch, firstSequence } = this.#writer.header;
      // What follows a change of the vault key is sealed under the new one.
      const outdated = epoch !== this.#parts.keys.current.epoch;
      if (outdated || this.#head.sequence - firstSequence + 1 >= SEGMENT_RECORDS) {
        await this.#writer.close();
        await this.#startSegment();
      }
      const frame = this.#writer.seal(batch);
      await ours;
      await this.#writer.append(frame);
    } catch (error) {
      if (isDiskFull(error)) await this.#giveUpReserve();
      await this.#leaveSegment();
      throw new KeywardenError('ledger-unavailable', undefined, { cause: error });
    }
    this.#head = batch.after;
    for (const listener of [...this.#listeners]) listener(batch);
  }

  async recover(): Promise<void> {
    if (this.#rotating && this.#writer) await this.#closeSegment();
    if (this.#full && this.#isOver(this.#full)) await this.#remakeReserve(this.#full);
    if (!this.#writer && this.#isOver(this.#retry)) await this.#tryNewSegment();
  }

  /** Stops at the head: behind it may lie a frame that is just being written. */
  read(known: Head): AsyncIterable<LedgerBatch> {
    return readLedger(this.#parts, known, this.#head.sequence);
  }

  watch(listener: (batch: LedgerBatch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#writer?.close();
    this.#writer = undefined;
  }

  /** After an append error: nothing more is written there, and the next segment says where it ended. */
  async #leaveSegment(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    if (writer) await this.#abandon(writer);
    this.#retry = { at: 0, wait: FIRST_RETRY };
    await this.#tryNewSegment();
  }

  /** More than the whole wait left: the wall clock was set back, and must not keep the vault read-only. */
  #isOver({ at, wait }: { readonly at: number; readonly wait: number }): boolean {
    const left = at - this.#parts.clock.now();
    return left <= 0 || left > wait;
  }

  async #giveUpReserve(): Promise<void> {
    const wait = FIRST_REMAKE;
    this.#full ??= { at: this.#parts.clock.now() + wait, wait };
    // Where even that fails the next try to write tells.
    await this.#parts.reserve.release().catch(() => undefined);
  }

  /** There is room again when there is room for the reserve. */
  async #remakeReserve({ wait }: { readonly wait: number }): Promise<void> {
    try {
      await this.#parts.lock.check();
      await this.#parts.reserve.make();
      this.#full = undefined;
    } catch {
      await this.#parts.reserve.release().catch(() => undefined);
      this.#full = { at: this.#parts.clock.now() + wait, wait: Math.min(wait * 2, LAST_RETRY) };
    }
  }

  /** What stands behind our last frame is cut off only while the folder is ours: else it is another's. */
  async #abandon(writer: SegmentWriter): Promise<void> {
    try {
      await this.#parts.lock.check();
    } catch {
      return writer.close().catch(() => undefined);
    }
    await writer.abandon();
  }

  async #closeSegment(): Promise<void> {
    this.#rotating = false;
    if (this.#head.sequence < this.#last.firstSequence) return;
    await this.#writer?.close().catch(() => undefined);
    this.#writer = undefined;
    await this.#tryNewSegment();
  }

  async #tryNewSegment(): Promise<void> {
    const { wait } = this.#retry;
    try {
      await this.#startSegment();
    } catch (error) {
      if (isDiskFull(error)) await this.#giveUpReserve();
      this.#retry = { at: this.#parts.clock.now() + wait, wait: Math.min(wait * 2, LAST_RETRY) };
    }
  }

  async #startSegment(): Promise<void> {
    const { files, folder, keys, lock, random } = this.#parts;
    this.#writer = undefined;
    await lock.check();
    const header: SegmentHeader = {
      ...this.#last,
      epoch: keys.current.epoch,
      segment: this.#last.segment + 1,
      firstSequence: this.#head.sequence + 1,
      previousHash: this.#head.hash,
      previousTime: this.#head.time,
    };
    const path = await createSegment(files, folder, keys, header);
    this.#writer = await SegmentWriter.open(files, { path, header }, undefined, keys, random);
    this.#last = header;
  }
}
