import type { Head } from './head.ts';
import type { LedgerBatch } from './ledger.ts';
import type { RandomBytes } from './ports.ts';
import { type SnapshotFolder, writeSnapshot } from './snapshot-files.ts';
import type { State } from './state.ts';

/** A tail shorter than this many bytes is read faster than it is worth a snapshot. */
const LEAST_TAIL = 4 * 1_048_576;

/** A snapshot is due when the tail has grown to this share of the last one. */
const SHARE = 0.5;

export interface SnapshotterParts {
  readonly folder: SnapshotFolder;
  readonly state: State;
  readonly random: RandomBytes;
  /** Awaited before a snapshot is put in place; throws where the folder is no longer ours. */
  check(): Promise<void>;
}

/** Decides when a snapshot is due, and takes one at a time. */
export class Snapshotter {
  readonly #parts: SnapshotterParts;
  #covered: number;
  #size: number;
  #tail = 0;
  #wanted = false;
  #taken = 0;
  #failures = 0;
  #failure: unknown;
  #writing: Promise<void> | undefined;

  /** `covered` is the record of the last snapshot (0: none) and `size` its image's length. */
  constructor(parts: SnapshotterParts, covered: number, size: number) {
    this.#parts = parts;
    this.#covered = covered;
    this.#size = size;
  }

  /** Says that the ledger has grown by a batch. */
  grew({ records, attachments }: LedgerBatch): void {
    for (const bytes of records) this.#tail += bytes.length;
    for (const bytes of attachments) this.#tail += bytes.length;
  }

  /** The record of the last snapshot; 0: none. */
  get covered(): number {
    return this.#covered;
  }

  /** How many have been taken. */
  get taken(): number {
    return this.#taken;
  }

  /** How many could not be written, and why the last one of them. */
  get failures(): number {
    return this.#failures;
  }

  get failure(): unknown {
    return this.#failure;
  }

  /** Makes one due now. */
  want(): void {
    this.#wanted = true;
  }

  /** Starts a snapshot if one is due. Between batches only, because the image is taken here and now. */
  takeIfDue(head: Head): void {
    if (this.#writing || head.sequence === this.#covered) return;
    if (!this.#wanted && this.#tail < Math.max(LEAST_TAIL, this.#size * SHARE)) return;
    this.#wanted = false;
    // A snapshot that cannot be written costs nothing but time at the next opening: it is tried again later.
    this.#writing = this.#write(head)
      .catch((error) => {
        this.#failures += 1;
        this.#failure = error;
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /** Waits for a snapshot under way. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Waits for a snapshot under way and takes a last one where the ledger has gone on. Throws what the disk says. */
  async finish(head: Head): Promise<void> {
    await this.#writing;
    if (head.sequence > this.#covered) await this.#write(head);
  }

  async #write(head: Head): Promise<void> {
    const image = this.#parts.state.freeze();
    const size = image.length;
    this.#tail = 0;
    try {
      await writeSnapshot(this.#parts.folder, head, image, this.#parts);
    } finally {
      // A disk that refuses at once takes no block: none of them may be kept for it.
      image.thaw();
    }
    this.#covered = head.sequence;
    this.#size = size;
    this.#taken += 1;
  }
}
