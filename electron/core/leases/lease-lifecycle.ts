import type { Change } from '../../vault/change.ts';
import type { LeaseTurn } from '../turn.ts';
import type { Lease } from './lease.ts';

/** One of many leases whose end is worked on together. */
export interface EndingLease {
  readonly lease: Lease;
  /** The sealed credential, for trying the door. */
  readonly secret: Uint8Array | undefined;
}

/** How an engine's leases end and renew. */
export interface LeaseLifecycle {
  /**
   * Reads in the turn what ending needs, and returns the work: disable, end sessions, remove, prove.
   * The work is idempotent by lease id, resolves only with a proof, and throws `target-unavailable` with a reason otherwise;
   * core retries it for as long as it takes. `secret` is the sealed credential, for trying the door.
   */
  end(turn: LeaseTurn, lease: Lease, secret: Uint8Array | undefined): (signal: AbortSignal) => Promise<Proof>;
  /**
   * Ends many leases of one target with one piece of work, where that spares the target's time. It answers for each, in order, with the
   * proof that `end` promises, or with undefined: that one is left to `end`, which tells the reason too. When the work fails, all are.
   */
  endMany?(
    turn: LeaseTurn,
    leases: readonly EndingLease[],
  ): (signal: AbortSignal) => Promise<readonly (Proof | undefined)[]>;
  /** The same shape for moving the deadline at the target; `ttl` in seconds from now. */
  renew?(turn: LeaseTurn, lease: Lease, ttl: number): (signal: AbortSignal) => Promise<void>;
  /**
   * Looks whether the lease's target can be reached, without changing anything: for rehearsing a revocation.
   * Throws `target-unavailable` with the reason.
   */
  reach?(turn: LeaseTurn, lease: Lease): (signal: AbortSignal) => Promise<void>;
  /** A key that names the target, so that effects run per target with bounded concurrency and a breaker. */
  target(lease: Lease): string;
}

/** How death was shown: the checks that were made, in words (`no such role`, `no session`, `login refused: 28P01`). */
export interface Proof {
  readonly checks: readonly string[];
  /** What the end leaves in the engine's own state: recorded together with the proof. */
  readonly changes?: readonly Change[];
}
