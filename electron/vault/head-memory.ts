import { dirname, join } from 'node:path';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { decodeSeenHead, encodeSeenHead, type SeenHead } from '../crypto/seen-head.ts';
import type { KeyRing } from './key-ring.ts';
import type { VaultFiles, WallClock } from './ports.ts';
import { isMissing, writeDurably } from './write-durably.ts';

/** Milliseconds between two writes. */
const PAUSE = 1_000;

/** What of the head is remembered. */
export type SeenPosition = Pick<SeenHead, 'sequence' | 'hash' | 'time' | 'term' | 'since'>;

/** What a machine remembers of one vault, outside the vault. It may lag behind the ledger, and never leads it. */
export class HeadMemory {
  readonly #parts: { readonly files: VaultFiles; readonly keys: KeyRing; readonly clock: WallClock };
  readonly #path: string;
  readonly #vaultId: string;
  #lastWrite: number | undefined;
  #writing: Promise<void> | undefined;

  constructor(
    parts: { readonly files: VaultFiles; readonly keys: KeyRing; readonly clock: WallClock },
    folder: string,
    vaultId: string,
  ) {
    this.#parts = parts;
    this.#path = join(folder, `${vaultId}.kwn`);
    this.#vaultId = vaultId;
  }

  /** What was seen last, `undefined` where nothing was, or `unreadable`. */
  async read(): Promise<SeenHead | 'unreadable' | undefined> {
    try {
      const seen = decodeSeenHead(
        await this.#parts.files.read(this.#path),
        (epoch) => this.#parts.keys.ofEpoch(epoch)?.seen,
      );
      return seen.id === this.#vaultId ? seen : 'unreadable';
    } catch (error) {
      if (isMissing(error)) return undefined;
      if (error instanceof KeywardenError) return 'unreadable';
      throw error;
    }
  }

  /** Says that the ledger has come so far, durably. Writes at most once a second, and one at a time. */
  note(position: () => SeenPosition): void {
    const { clock } = this.#parts;
    const now = clock.now();
    const waited = this.#lastWrite === undefined ? PAUSE : Math.abs(now - this.#lastWrite);
    if (this.#writing || waited < PAUSE) return;
    this.#lastWrite = now;
    // What cannot be remembered now is remembered later; the vault itself is whole.
    this.#writing = this.#write(position())
      .catch(() => undefined)
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /** Remembers where the vault ends. Throws what the disk says. */
  async finish(position: SeenPosition): Promise<void> {
    await this.#writing;
    await this.#write(position);
  }

  async #write({ sequence, hash, time, term, since }: SeenPosition): Promise<void> {
    const { files, keys } = this.#parts;
    const { epoch, seen: key } = keys.current;
    const seen: SeenHead = { epoch, hash, id: this.#vaultId, sequence, since, term, time };
    const bytes = encodeSeenHead(key, seen);
    await files.makeFolder(dirname(this.#path)); // Somebody may have tidied up.
    await writeDurably(files, this.#path, (file) => file.write(bytes, 0));
  }
}
