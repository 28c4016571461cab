import type { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Change } from '../vault/change.ts';
import type { Exchange } from './exchange.ts';
import type { Lease, LeaseTerms } from './leases/lease.ts';
import type { Reply } from './reply.ts';
import type { RequestTurn } from './turn.ts';

/** What a turn decides. */
export type Decision = ReplyDecision | RefuseDecision | EffectDecision | IssueDecision | ForwardDecision;

/** Done in this turn: one record. */
export interface ReplyDecision {
  readonly kind: 'reply';
  readonly changes?: readonly Change[];
  readonly reply: Reply;
  /** Leaves no record: only for a poll that changes nothing and tells nothing, or nothing but what anyone may know. */
  readonly unrecorded?: true;
  /** Called once the record is durable, before the client hears: for what must not happen if it is not (sealing). */
  afterwards?(): void;
}

/** Refused, and something is to be remembered of it. What leaves nothing behind is thrown instead. */
export interface RefuseDecision {
  readonly kind: 'refuse';
  readonly error: KeywardenError;
  readonly changes: readonly Change[];
}

/**
 * Something outside must happen between two durable turns: `changes` are the intent, `run` is idempotent, `settle` closes.
 * `run` sees nothing of the state: `decide` gives it all it needs.
 */
export interface EffectDecision {
  readonly kind: 'effect';
  readonly changes: readonly Change[];
  run(signal: AbortSignal): Promise<unknown>;
  settle(turn: RequestTurn, result: unknown): ReplyDecision;
  /** What the failed effect leaves in the state. Without it the intent stays as it is. */
  failed?(turn: RequestTurn): readonly Change[];
}

/**
 * A leased credential. Core records the intent (lease state `pending`, the secret sealed), then runs `create`, then settles:
 * the lease is `active` and the reply carries its id. When `create` fails, or the token died or the client left meanwhile,
 * the lease goes to `ending` and `LeaseLifecycle.end` proves that nothing is left.
 */
export interface IssueDecision {
  readonly kind: 'issue';
  readonly terms: LeaseTerms;
  /** Recorded with the intent: what the engine itself keeps of what it issues. `end` answers for it from here on. */
  readonly changes?: readonly Change[];
  /** What the engine itself has cut of what was asked for, beside what core cuts. */
  readonly warnings?: readonly string[];
  /** Idempotent by lease id. Throws `target-unavailable` with a reason that is safe to show. */
  create(lease: Lease, signal: AbortSignal): Promise<Issued>;
}

/**
 * The request goes on to somebody else, and their answer comes back, both as streams: no body is read into memory.
 * Core records that it begins, runs `forward` once that is durable, and records how it ended. The signal aborts when the
 * client leaves and when the lease ends: whatever is open is then destroyed at once.
 */
export interface ForwardDecision {
  readonly kind: 'forward';
  /** By what it goes (which target, which key): what is open is cut as soon as the same request would go by another. */
  readonly by: string;
  /** Resolves when the answer is through, or has been cut off; never rejects. */
  forward(exchange: Exchange, signal: AbortSignal): Promise<Forwarded>;
}

/** How a forwarded request went. */
export interface Forwarded {
  /** Why it went no further: `upstream-failed` with a reason that is safe to show. */
  readonly broke?: KeywardenError;
  /** The upstream's; 0 where it has not answered. */
  readonly status: number;
  /** Bytes of the bodies that the upstream was sent and that it sent. */
  readonly sent: number;
  readonly received: number;
}

/** What the target gave. */
export interface Issued {
  /** Shown to the client, once. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What only the target could tell and `end` needs (a role's OID): joined to `Lease.data` in the closing turn. */
  readonly remember?: Readonly<Record<string, unknown>>;
}
