import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { LIMITS } from './limits.ts';

/** Runs work that waits for something to happen. Throws `too-many-requests` when too many wait already. */
export type WaitingRoom = <T>(gone: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * SECURITY(B3): who waits holds memory, so that there is an end to how many may. The work's signal aborts when the client
 * is gone and when the broker closes.
 */
export function createWaitingRoom(closing: AbortSignal): WaitingRoom {
  let waiting = 0;
  return async (gone, work) => {
    if (waiting >= LIMITS.waiting) throw new KeywardenError('too-many-requests');
    waiting += 1;
    try {
      return await work(AbortSignal.any([gone, closing]));
    } finally {
      waiting -= 1;
    }
  };
}
