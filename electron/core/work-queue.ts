import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

/** Work of which only so much runs at once. */
export interface WorkQueue {
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/**
 * A queue for `atOnce` pieces of work, in which so many more may wait. Throws `too-many-requests` where it is full, and
 * `cancelled` when the signal aborts ahead of its turn; what has begun goes on to its end. `what` is made, for people.
 */
export function createWorkQueue({
  what,
  atOnce,
  waiting,
}: {
  readonly what: string;
  readonly atOnce: number;
  readonly waiting: number;
}): WorkQueue {
  const queue = new Set<() => void>();
  let running = 0;
  const next = () => {
    running -= 1;
    const [first] = queue;
    if (!first) return;
    queue.delete(first);
    first();
  };
  const turnOf = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', leave);
        running += 1;
        resolve();
      };
      const leave = () => {
        queue.delete(begin);
        reject(new KeywardenError('cancelled'));
      };
      if (signal?.aborted) reject(new KeywardenError('cancelled'));
      else if (running < atOnce) begin();
      else if (queue.size >= waiting) {
        const message = `too many such ${what} are being made already: try again a little later`;
        reject(new KeywardenError('too-many-requests', message));
      } else {
        queue.add(begin);
        signal?.addEventListener('abort', leave, { once: true });
      }
    });
  return {
    async run(work, signal) {
      await turnOf(signal);
      try {
        return await work();
      } finally {
        next();
      }
    },
  };
}
