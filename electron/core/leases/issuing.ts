/**
 * The leases whose creation is under way in this process. Always holds: nobody ends a lease while its creation may
 * still reach the target, or the credential could be made after its death was proven.
 */
export interface Issuing {
  /** Marks the lease; the signal aborts when the lease was ended meanwhile. */
  begin(id: string): AbortSignal;
  finish(id: string): void;
  has(id: string): boolean;
  /** Tells a creation under way that nobody wants it any more. */
  abort(id: string): void;
}

/** None under way. `finished` is called after each. */
export function createIssuing(finished: () => void): Issuing {
  const running = new Map<string, AbortController>();
  return {
    begin(id) {
      const controller = new AbortController();
      running.set(id, controller);
      return controller.signal;
    },
    finish(id) {
      running.delete(id);
      finished();
    },
    has: (id) => running.has(id),
    abort: (id) => running.get(id)?.abort(),
  };
}
