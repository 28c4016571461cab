import { setImmediate } from 'node:timers/promises';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { Batch } from './batch.ts';
import type { Head } from './head.ts';
import type { Ledger, LedgerBatch } from './ledger.ts';
import type { WallClock } from './ports.ts';
import type { State } from './state.ts';
import type { ValueSealer } from './value-sealer.ts';
import type { LedgerRecord, Turn } from './vault.ts';

/** A batch ends, and the event loop gets its turn, after this many milliseconds. */
const BATCH_BUDGET = 8;

interface Waiting {
  readonly decide: (turn: Turn) => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One decided turn, not yet answered: nobody hears of it before it is durable. */
interface Decided {
  readonly answer: () => void;
  readonly reject: (error: unknown) => void;
  /** False for turns ahead of the batch's first record: what they read was durable already. */
  readonly relies: boolean;
}

export interface CommitLoopParts {
  readonly state: State;
  readonly ledger: Ledger;
  readonly sealer: ValueSealer;
  readonly clock: WallClock;
  /** Called between batches, outside any transaction; may start work but must not take long. */
  readonly betweenBatches?: () => void;
}

/**
 * The only way to the state. Turns queue; a batch of them runs inside one savepoint; its records go to the ledger
 * with one append; then all are answered. Nothing runs while a batch is being appended.
 */
export class CommitLoop {
  readonly #parts: CommitLoopParts;
  readonly #listeners = new Set<(records: readonly LedgerRecord[]) => void>();
  #queue: Waiting[] = [];
  #head: Head;
  #running: Promise<void> | undefined;
  #broken = false;
  #closed: KeywardenError | undefined;

  constructor(parts: CommitLoopParts, head: Head) {
    this.#parts = parts;
    this.#head = head;
  }

  get head(): Head {
    return this.#head;
  }

  /** The state is not what the ledger says: no snapshot may be made of it. */
  get broken(): boolean {
    return this.#broken;
  }

  get onlyUrgent(): boolean {
    return this.#parts.ledger.onlyUrgent;
  }

  turn<T>(decide: (turn: Turn) => T): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ decide, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  watch(listener: (records: readonly LedgerRecord[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes no more turns and resolves when those that wait are answered. */
  async close(): Promise<void> {
    this.#closed ??= new KeywardenError('sealed');
    await this.#running;
    this.#listeners.clear();
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // Whoever queues in the same breath shares the batch.
    let yielded = performance.now();
    while (this.#queue.length > 0) {
      await this.#parts.ledger.recover();
      await this.#runBatch();
      if (!this.#broken) this.#parts.betweenBatches?.();
      await Promise.resolve(); // Those who were answered queue their next turn.
      if (performance.now() - yielded >= BATCH_BUDGET) {
        await setImmediate();
        yielded = performance.now();
      }
    }
    this.#running = undefined;
  }

  async #runBatch(): Promise<void> {
    const { state, sealer } = this.#parts;
    const batch = new Batch(state, sealer, this.#head);
    const decided: Decided[] = [];
    try {
      state.begin('batch');
      this.#decideAll(batch, decided);
      const recorded = batch.finish();
      if (recorded && !(await this.#append(recorded, decided))) return;
      state.keep('batch');
      if (recorded) this.#head = recorded.after;
    } catch (error) {
      // SQLite itself failed (no memory): the state can no longer be trusted, the ledger can. Opening anew rebuilds it.
      this.#broken = true;
      this.#closed = new KeywardenError('internal', undefined, { cause: error });
      for (const waiting of [...decided, ...this.#queue.splice(0)]) waiting.reject(this.#closed);
      return;
    }
    for (const { answer } of decided) answer();
    if (batch.records.length > 0) this.#tell(batch.records);
  }

  /** False where the batch could not be written: then it is undone, and all who relied on it know. */
  async #append(recorded: LedgerBatch, decided: readonly Decided[]): Promise<boolean> {
    try {
      await this.#parts.ledger.append(recorded);
      return true;
    } catch (error) {
      this.#parts.state.undo('batch');
      for (const { relies, answer, reject } of decided) relies ? reject(unavailable(error)) : answer();
      return false;
    }
  }

  #tell(records: readonly LedgerRecord[]): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(records);
      } catch (error) {
        // A listener's bug is loud, but it is not the loop's.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #decideAll(batch: Batch, decided: Decided[]): void {
    const { clock, ledger } = this.#parts;
    const until = performance.now() + BATCH_BUDGET;
    const queue = this.#queue;
    let taken = 0;
    do {
      const { decide, resolve, reject } = queue[taken++] as Waiting;
      let answer: () => void;
      try {
        const result = batch.run(decide, clock.now(), ledger);
        answer = () => resolve(result);
      } catch (error) {
        answer = () => reject(error);
      }
      decided.push({ answer, reject, relies: batch.records.length > 0 });
    } while (taken < queue.length && !batch.broken && performance.now() < until);
    this.#queue = queue.slice(taken);
    if (batch.broken) throw batch.broken;
  }
}

function unavailable(error: unknown): KeywardenError {
  return error instanceof KeywardenError && error.code === 'ledger-unavailable'
    ? error
    : new KeywardenError('ledger-unavailable', undefined, { cause: error });
}
