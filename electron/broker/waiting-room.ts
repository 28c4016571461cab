import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { LIMITS } from './limits.ts';

/** Runs work that waits for something to happen, for the waiter of that name. Throws `too-many-requests` when too many wait already. */
export type WaitingRoom = <T>(
  name: string,
  gone: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

/**
 * SECURITY(B3): who waits holds memory, so that there is an end to how many may, and to how many places one waiter may take.
 * The work's signal aborts when the client is gone and when the broker closes.
 */
export function createWaitingRoom(closing: AbortSignal): WaitingRoom {
  let waiting = 0;
  const each = new Map<string, number>();
  return async (name, gone, work) => {
    const own = each.get(name) ?? 0;
    if (own >= LIMITS.waitingEach) {
      throw new KeywardenError(
        'too-many-requests',
        `${LIMITS.waitingEach} requests of yours wait already: no more may wait at once`,
      );
    }
    if (waiting >= LIMITS.waiting) throw new KeywardenError('too-many-requests');
    waiting += 1;
    each.set(name, own + 1);
    try {
      return await work(AbortSignal.any([gone, closing]));
    } finally {
      waiting -= 1;
      const left = (each.get(name) ?? 1) - 1;
      if (left === 0) each.delete(name);
      else each.set(name, left);
    }
  };
}
