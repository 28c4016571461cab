import type { RandomBytes, VaultFiles } from './ports.ts';
import { removeIfThere, writeDurably } from './write-durably.ts';

const STEP = 65_536;

/** Making the reserve must leave this many bytes to everybody else, or the disk would be full again at once. */
const MARGIN = 1_048_576;

export interface ReserveParts {
  readonly files: VaultFiles;
  readonly path: string;
  readonly random: RandomBytes;
  /** Bytes; 0 keeps none. */
  readonly bytes: number;
}

/** Room on the disk that is kept for what must not wait: revoking, expiry, sealing. FORMAT.md section 18. */
export class Reserve {
  readonly #parts: ReserveParts;
  #before: Promise<void> = Promise.resolve();

  constructor(parts: ReserveParts) {
    this.#parts = parts;
  }

  /**
   * Makes it where it is missing or too small. Throws what the disk says. One at a time: two would take each other's file
   * away, and one that began on a full disk says nothing of the disk as it is now.
   */
  make(): Promise<void> {
    const made = this.#before.then(() => this.#make());
    this.#before = made.catch(() => undefined);
    return made;
  }

  async #make(): Promise<void> {
    const { files, path, random, bytes } = this.#parts;
    const size = await files.stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size >= bytes) return;
    // Random all through, because a file system that compresses would keep nothing free for what repeats.
    const written = bytes + Math.min(MARGIN, bytes);
    await writeDurably(files, path, async (file) => {
      for (let position = 0; position < written; position += STEP) await file.write(random(STEP), position);
      await file.truncate(bytes);
    });
  }

  /** Gives its room to whoever writes next. */
  async release(): Promise<void> {
    const { files, path } = this.#parts;
    await removeIfThere(files, `${path}.new`);
    await removeIfThere(files, path);
  }
}

/** Whether the operating system refused because there is no room. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
