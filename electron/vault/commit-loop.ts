import { setImmediate } from 'node:timers/promises';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { Batch } from './batch.ts';
import type { Head } from './head.ts';
import type { Ledger } from './ledger.ts';
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
  readonly fail: (error: unknown) => void;
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
  #closed = false;

  constructor(parts: CommitLoopParts, head: Head) {
    this.#parts = parts;
    this.#head = head;
  }

  get head(): Head {
    return this.#head;
  }

  turn<T>(decide: (turn: Turn) => T): Promise<T> {
    if (this.#closed) return Promise.reject(new KeywardenError('sealed'));
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
    this.#closed = true;
    await this.#running;
    this.#listeners.clear();
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // Whoever queues in the same breath shares the batch.
    let yielded = performance.now();
    while (this.#queue.length > 0) {
      if (!this.#parts.ledger.writable) await this.#parts.ledger.recover();
      await this.#runBatch(yielded + BATCH_BUDGET);
      this.#parts.betweenBatches?.();
      await Promise.resolve();
      if (performance.now() - yielded >= BATCH_BUDGET) {
        await setImmediate();
        yielded = performance.now();
      }
    }
    this.#running = undefined;
  }

  async #runBatch(until: number): Promise<void> {
    const { state, ledger, sealer } = this.#parts;
    const batch = new Batch(state, sealer, this.#head);
    state.begin('batch');
    const decided = this.#decideAll(batch, until);
    const recorded = batch.finish();
    if (!recorded) {
      state.keep('batch');
      for (const { answer } of decided) answer();
      return;
    }
    try {
      await ledger.append(recorded);
    } catch (error) {
      state.undo('batch');
      for (const { relies, answer, fail } of decided) relies ? fail(unavailable(error)) : answer();
      return;
    }
    state.keep('batch');
    this.#head = recorded.after;
    for (const { answer } of decided) answer();
    for (const listener of [...this.#listeners]) listener(batch.records);
  }

  #decideAll(batch: Batch, until: number): Decided[] {
    const { clock, ledger } = this.#parts;
    const decided: Decided[] = [];
    const queue = this.#queue;
    let taken = 0;
    do {
      const { decide, resolve, reject } = queue[taken++] as Waiting;
      try {
        const result = batch.run(decide, clock.now(), ledger.writable);
        decided.push({ answer: () => resolve(result), fail: reject, relies: batch.records.length > 0 });
      } catch (error) {
        decided.push({ answer: () => reject(error), fail: reject, relies: batch.records.length > 0 });
      }
    } while (taken < queue.length && performance.now() < until);
    this.#queue = queue.slice(taken);
    return decided;
  }
}

function unavailable(error: unknown): KeywardenError {
  return error instanceof KeywardenError && error.code === 'ledger-unavailable'
    ? error
    : new KeywardenError('ledger-unavailable', undefined, { cause: error });
}
