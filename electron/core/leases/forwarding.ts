import type { Asked } from '../pipeline/asked.ts';

/**
 * What is being forwarded in this process, by lease. Always holds: no lease is proven dead while a stream that was opened
 * with it is still open, and ending a lease closes all of them at once.
 */
export interface Forwarding {
  /** Marks the exchange, inside the turn that records its start: no later turn may overlook it. */
  begin(lease: string, asked: Asked, by: string): void;
  /** `ForwardDecision.by`, as it was when it began. */
  beganBy(requestId: string): string | undefined;
  /** Aborts when the lease ends. */
  signalOf(requestId: string): AbortSignal;
  finish(requestId: string): void;
  /** Whether anything is open under the lease. */
  has(lease: string): boolean;
  /** The requests under way. */
  open(): readonly Asked[];
  /** Ends all that is open under the lease. */
  abort(lease: string): void;
  /** Ends one. */
  cut(requestId: string): void;
  abortAll(): void;
}

interface Open {
  readonly asked: Asked;
  readonly lease: string;
  readonly by: string;
  readonly controller: AbortController;
}

/** Nothing under way. `finished` is called after each. */
export function createForwarding(finished: () => void): Forwarding {
  const running = new Map<string, Open>();
  const under = (lease: string) => [...running.values()].filter((open) => open.lease === lease);
  return {
    begin(lease, asked, by) {
      running.set(asked.requestId, { asked, lease, by, controller: new AbortController() });
    },
    beganBy: (requestId) => running.get(requestId)?.by,
    signalOf: (requestId) => running.get(requestId)?.controller.signal ?? AbortSignal.abort(),
    finish(requestId) {
      if (running.delete(requestId)) finished();
    },
    has: (lease) => under(lease).length > 0,
    open: () => [...running.values()].map(({ asked }) => asked),
    abort(lease) {
      for (const { controller } of under(lease)) controller.abort();
    },
    cut: (requestId) => running.get(requestId)?.controller.abort(),
    abortAll() {
      for (const { controller } of running.values()) controller.abort();
    },
  };
}
