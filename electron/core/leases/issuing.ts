/**
 * The leases whose creation is under way in this process. Always holds: nobody ends a lease while its creation may
 * still reach the target, or the credential could be made after its death was proven.
 */
export interface Issuing {
  /** Marks the lease, inside the turn that records its intent: no later turn may take it for an interrupted one. */
  begin(id: string, requestId: string): void;
  /** Aborts when the lease was ended meanwhile. */
  signalOf(id: string): AbortSignal;
  /** It is over. A lease that is still pending then counts as interrupted. */
  finish(id: string, left: Left): void;
  /** The request's turn was undone: what it had begun never was. */
  undo(requestId: string): void;
  has(id: string): boolean;
  /** Tells a creation under way that nobody wants it any more. */
  abort(id: string): void;
  /** The process ends: all that is under way is told. */
  abortAll(): void;
}

/** What a creation leaves behind: a lease that is out, or one that somebody has to look at. */
export type Left = 'issued' | 'unsettled';

interface Creation {
  readonly requestId: string;
  readonly controller: AbortController;
}

/** None under way. `finished` is called after each. */
export function createIssuing(finished: (left: Left) => void): Issuing {
  const running = new Map<string, Creation>();
  return {
    begin: (id, requestId) => void running.set(id, { requestId, controller: new AbortController() }),
    signalOf: (id) => running.get(id)?.controller.signal ?? AbortSignal.abort(),
    finish(id, left) {
      running.delete(id);
      finished(left);
    },
    undo(requestId) {
      for (const [id, creation] of running) if (creation.requestId === requestId) running.delete(id);
    },
    has: (id) => running.has(id),
    abort: (id) => running.get(id)?.controller.abort(),
    abortAll() {
      for (const { controller } of running.values()) controller.abort();
    },
  };
}
