import type { LedgerRecord, Vault } from '../../vault/vault.ts';
import { isSilent } from '../watch-topics.ts';
import { subjectOf } from './subject.ts';

/** Something that a durable record has changed. */
export interface CommittedChange {
  /** The record's place in the ledger: it only grows. */
  readonly index: number;
  /** Vault time in milliseconds since 1970. */
  readonly time: number;
  readonly operation: string;
  /** As it was asked. */
  readonly path: string;
  /** The path under which the changed thing is read. */
  readonly subject: string;
}

/**
 * What has changed, as the ledger tells it: the one source of everything that is pushed.
 * Always holds: an index is never too low, so that whoever waits for more than it has seen misses nothing; for what has
 * not changed for long it may be too high, which costs one look in vain.
 */
export interface ChangeFeed {
  /** Where the ledger stood when the thing behind this path changed last. */
  indexOf(path: string): number;
  /** Whether it may have changed since: also for an index that this ledger has not come to. */
  hasChanged(path: string, after: number): boolean;
  /** Calls back with what has become durable. Returns how to stop. */
  watch(listener: (changes: readonly CommittedChange[]) => void): () => void;
  stop(): void;
}

/** So many things are remembered; of the others it is known that they have not changed since the oldest of these. */
const REMEMBERED = 10_000;

/** A feed over an open vault. */
export function createChangeFeed(vault: Pick<Vault, 'watch' | 'head'>): ChangeFeed {
  const last = new Map<string, number>();
  const listeners = new Set<(changes: readonly CommittedChange[]) => void>();
  let forgotten = vault.head().sequence;

  const remember = ({ subject, index }: CommittedChange): void => {
    last.delete(subject);
    last.set(subject, index);
    if (last.size <= REMEMBERED) return;
    for (const [oldest, at] of last) {
      last.delete(oldest);
      forgotten = at;
      return;
    }
  };
  const indexOf = (path: string): number => last.get(subjectOf(path)) ?? forgotten;
  const unwatch = vault.watch((records) => {
    const changes = records.filter(changesSomething).map(asChange);
    if (changes.length === 0) return;
    for (const change of changes) remember(change);
    for (const listener of listeners) listener(changes);
  });
  return {
    indexOf,
    hasChanged: (path, after) => indexOf(path) > after || after > vault.head().sequence,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      unwatch();
      listeners.clear();
    },
  };
}

/** Using a token is recorded too, and changes nothing that anybody waits for. */
function changesSomething({ outcome, changes }: LedgerRecord): boolean {
  return outcome === 'ok' && changes.some(({ type }) => !isSilent(type));
}

function asChange({ sequence, time, operation, path }: LedgerRecord): CommittedChange {
  return { index: sequence, time, operation, path, subject: subjectOf(path) };
}
