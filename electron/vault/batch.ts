import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { nextHash } from '../crypto/record-chain.ts';
import type { Head } from './head.ts';
import type { Ledger, LedgerBatch } from './ledger.ts';
import { writeRecord } from './record-codec.ts';
import type { State } from './state.ts';
import type { ValueSealer } from './value-sealer.ts';
import type { LedgerRecord, RecordDraft, Turn, ValueHash } from './vault.ts';

/** What the ledger takes at the moment. */
export type Room = Pick<Ledger, 'writable' | 'onlyUrgent'>;

/** What one batch has recorded so far. The commit loop opens the savepoint around it and throws it away when it fails. */
export class Batch {
  readonly records: LedgerRecord[] = [];
  readonly #state: State;
  readonly #sealer: ValueSealer;
  readonly #before: Head;
  readonly #bytes: Uint8Array[] = [];
  readonly #attachments: Uint8Array[] = [];
  #head: Head;
  #broken: unknown;

  constructor(state: State, sealer: ValueSealer, head: Head) {
    this.#state = state;
    this.#sealer = sealer;
    this.#before = head;
    this.#head = head;
  }

  /** Set where a turn could not be undone: then nothing of this batch may be kept. */
  get broken(): unknown {
    return this.#broken;
  }

  /** Runs one turn in its own savepoint: a throw undoes this turn alone. */
  run<T>(decide: (turn: Turn) => T, wallTime: number, room: Room): T {
    const mark = { head: this.#head, records: this.records.length, attachments: this.#attachments.length };
    this.#state.begin('turn');
    try {
      const result = this.#decide(decide, Math.max(Math.floor(wallTime), this.#head.time), room);
      this.#state.keep('turn');
      return result;
    } catch (error) {
      try {
        this.#state.undo('turn');
      } catch (failure) {
        this.#broken = failure;
      }
      this.#head = mark.head;
      this.records.length = mark.records;
      this.#bytes.length = mark.records;
      this.#attachments.length = mark.attachments;
      throw error;
    }
  }

  /** What is to be appended, or undefined where nothing was recorded. */
  finish(): LedgerBatch | undefined {
    if (this.records.length === 0) return undefined;
    return { before: this.#before, records: this.#bytes, attachments: this.#attachments, after: this.#head };
  }

  #decide<T>(decide: (turn: Turn) => T, now: number, { writable, onlyUrgent }: Room): T {
    let over = false;
    let unnamed = 0;
    const inTime = () => {
      if (over) throw new KeywardenError('internal', 'A turn was used after it had ended.');
    };
    const sealer = this.#sealer;
    const state = this.#state;
    try {
      const result = decide({
        db: state.reading,
        now,
        sealValue: (plaintext, context) => {
          inTime();
          const sealed = sealer.seal(plaintext, context);
          this.#attachments.push(sealed);
          unnamed += 1;
          return state.keepValue(sealed, this.#before.sequence + 1);
        },
        revealValue: (hash, context) => {
          inTime();
          return sealer.reveal(sealedValue(state, hash), context);
        },
        keyedHash: (text) => {
          inTime();
          return sealer.keyedHash(text);
        },
        signingSeed: () => {
          inTime();
          return sealer.signingSeed();
        },
        record: (draft) => {
          inTime();
          if (!writable || (onlyUrgent && !draft.urgent)) throw new KeywardenError('ledger-unavailable');
          this.#record(draft, now);
          unnamed = 0;
        },
      });
      if (unnamed > 0) throw new KeywardenError('internal', 'A turn sealed a value that no record carries.');
      if (result instanceof Promise) {
        result.catch(() => {});
        throw new KeywardenError('internal', 'A turn may not wait.');
      }
      return result;
    } finally {
      over = true;
    }
  }

  #record(draft: RecordDraft, time: number): void {
    const sequence = this.#head.sequence + 1;
    const { bytes, record } = writeRecord({ ...draft, sequence, time });
    this.#state.apply(record);
    this.records.push(record);
    this.#bytes.push(bytes);
    this.#head = { sequence, time, hash: nextHash(this.#head.hash, bytes) };
  }
}

function sealedValue(state: State, hash: ValueHash): Uint8Array {
  const sealed = state.sealedValue(hash);
  if (!sealed) throw new KeywardenError('vault-damaged', 'A sealed value is missing.');
  return sealed;
}
