import type { Lease, LeaseTerms } from '../leases/lease.ts';
import type { LeaseTurn } from '../turn.ts';

/** How an engine compares what lives at its targets with what the state knows of it. */
export interface Reconciler {
  /** One job for each target of the mount, read in a turn. */
  jobs(turn: ReconcileTurn): readonly ReconcileJob[];
}

/** What a reconciliation gets in its turn. */
export interface ReconcileTurn extends LeaseTurn {
  /** The mount's leases that are neither proven dead nor abandoned. */
  liveLeases(): readonly Lease[];
}

/** One target. */
export interface ReconcileJob {
  /** As `LeaseLifecycle.target` names it. */
  readonly target: string;
  /** For people. */
  readonly name: string;
  /** Looks and changes nothing. Throws `target-unavailable`. */
  look(signal: AbortSignal): Promise<Found>;
}

/** What a target showed. */
export interface Found {
  readonly credentials: readonly FoundCredential[];
  readonly findings: readonly Finding[];
}

/** A credential that carries a valid mark of this vault. */
export interface FoundCredential {
  /** The nonce of its lease. */
  readonly lease: string;
  /** Seconds until its deadline by the target's clock; none left: it is overdue. */
  readonly left: number;
  /** By how many seconds the target's deadline is later than the one that a known lease has; where that can be told. */
  readonly later?: number;
  readonly promise: LeaseTerms['promise'];
  /** What a lease for it carries, if it has none. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Something that looks like ours and is not. It is shown to people and never acted on. */
export interface Finding {
  /** What it is called at the target. */
  readonly name: string;
  /** What is wrong with it, in words. */
  readonly words: string;
}
