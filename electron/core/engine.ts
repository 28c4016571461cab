import type { z } from 'zod';
import type { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { AuthEnvelope, Envelope } from '../../shared/model/envelope.ts';
import type { Operation } from '../../shared/model/operation.ts';
import type { Change, ChangeDefinition, Migration } from '../vault/change.ts';
import type { ReadDb } from '../vault/state-db.ts';
import type { ValueContext, ValueHash } from '../vault/vault.ts';
import type { Exchange } from './exchange.ts';
import type { CorePorts } from './ports.ts';
import type { ReconcileReport } from './reconcile/reconcile.ts';
import type { Reconciler } from './reconcile/reconcile-lifecycle.ts';
import type { RotationLifecycle } from './rotation/rotation-lifecycle.ts';
import type { RotationOutcome } from './rotation/rotator.ts';
import type { VaultSigner } from './signing/vault-signer.ts';

/**
 * What serves a mount: a secrets engine, an auth method, or `sys`. This file is the whole interface.
 *
 * An engine is plain data and functions. It keeps nothing in memory that matters: all it knows is in the state,
 * and the state changes only through the changes that it returns.
 */
export interface Engine {
  /** `kv`, `database`, `approle`, `token`, `system`, … */
  readonly type: string;
  /** An auth method: it is mounted below `auth/`, and nowhere else. */
  readonly isAuth?: true;
  readonly changes: readonly ChangeDefinition<never>[];
  readonly migrations: readonly Migration[];
  readonly routes: readonly Route[];
  /** Engines that lease credentials say how one ends and renews. */
  readonly leases?: LeaseLifecycle;
  /** Engines whose values are rotated say how: create, set, test, finish. */
  readonly rotations?: RotationLifecycle;
  /** Engines whose credentials can be found at their targets say how. */
  readonly reconcile?: Reconciler;
  /** Called inside the turn that mounts it; what must be there from the start. */
  mounted?(turn: ReadTurn, mount: Mount): readonly Change[];
  /** Called inside the turn that unmounts it, when its leases are already dead. Removes all its rows. */
  unmounted?(turn: ReadTurn, mount: Mount): readonly Change[];
}

/** A mounted engine. */
export interface Mount {
  /** Ends with a slash: `secret/`, `auth/approle/`. */
  readonly path: string;
  readonly type: string;
  /** Binds values and rows; never changes, even when the path does. */
  readonly uuid: string;
  readonly accessor: string;
  readonly description: string;
  readonly options: Readonly<Record<string, string>>;
  /** Seconds; 0 means the system's default. */
  readonly defaultTtl: number;
  /** Seconds; 0 means the system's maximum. */
  readonly maxTtl: number;
}

/** One pattern below a mount and what can be done there. */
export interface Route {
  /** `data/:path*`: `:name` takes one segment, `:name*` (once) as much as it can with its slashes, `''` the mount itself. */
  readonly pattern: string;
  /** What it is for, in a sentence: `?help=1` and the OpenAPI document show it. */
  readonly help: string;
  /** No token is asked for: logins and the few open paths. */
  readonly unauthenticated?: true;
  /** Needs the `sudo` capability as well. */
  readonly sudo?: true;
  /** A token is looked at if there is a living one, but none is asked for: what is shown instead is the key (a wrapping token). */
  readonly optionalToken?: true;
  /** Any living token will do, without a policy: the handler shows nothing that the asker may not reach. */
  readonly anyToken?: true;
  /**
   * Asks for the credential of a lease of this mount instead of a token. It acts within the policies of the token that
   * holds the lease, and what it is used for is a `forward`.
   */
  readonly keycard?: true;
  /** What its pattern captures means the same in any case: policies are asked about the lower case too. */
  readonly caseless?: true;
  /** Tells create from update for authorization: without it every write is an `update`. */
  exists?(turn: ReadTurn, captures: Readonly<Record<string, string>>): boolean;
  /** `update` also serves create (and POST and PUT), unless `create` is named. */
  readonly operations: Partial<Record<Operation, AnyHandler>>;
}

/** What may be read while deciding. */
export interface ReadTurn {
  readonly db: ReadDb;
  readonly now: number;
  readonly mount: Mount;
}

/** What a handler gets in its turn. */
export interface RequestTurn extends ReadTurn {
  readonly requestId: string;
  readonly path: string;
  readonly operation: Operation;
  /** The body's fields and the query's as they came, unchecked: for engines that keep whatever is sent. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The client's address, where it has one. */
  readonly remoteAddress: string | undefined;
  /** The certificate (DER) whose key the client has proven to hold. */
  readonly clientCertificate: Uint8Array | undefined;
  /** The answer will be wrapped. */
  readonly isWrapped: boolean;
  /** The keyed hash of the token that came with the request, alive or not. */
  presentedHash(): string | undefined;
  /** Who asks; absent on unauthenticated routes. */
  readonly identity: Identity | undefined;
  /** The lease whose credential was shown, on routes that ask for one. */
  readonly keycard: Lease | undefined;
  /** The HTTP exchange behind the request, where it came as one whose bodies are streams. */
  readonly exchange: Exchange | undefined;
  readonly random: CorePorts['random'];
  sealValue(plaintext: Uint8Array, context: ValueContext): ValueHash;
  revealValue(hash: ValueHash, context: ValueContext): Uint8Array;
  keyedHash(text: string): string;
  /** Signs in the vault's name; may be kept for the effect. */
  signer(): VaultSigner;
  /** This mount's leases that are neither proven dead nor abandoned: what a connection may not be deleted under. */
  liveLeases(): readonly Lease[];
  /** For an effect's `run`: compares one of the mount's targets with the state, and acts on what it finds. */
  reconcile(target: string, signal: AbortSignal): Promise<ReconcileReport>;
  /** For an effect's `run`: waits a few seconds for the end of a rotation that this turn's changes have begun. */
  awaitRotation(id: string): Promise<RotationOutcome>;
}

/** What a lease's end and renewal get in their turn: they need the target's own credentials. */
export interface LeaseTurn extends ReadTurn {
  /** Signs in the vault's name; may be kept for the effect. */
  signer(): VaultSigner;
  revealValue(hash: ValueHash, context: ValueContext): Uint8Array;
}

/** The asking token, as handlers may know it. */
export interface Identity {
  readonly accessor: string;
  readonly displayName: string;
  readonly policies: readonly string[];
  readonly tokenHash: string;
  /** Whom it acts for. */
  readonly entity: string | null;
  /** Which app this is, where its login said so. */
  readonly app?: string;
}

/**
 * What serves one operation of a route.
 *
 * `input` checks captures, body and query together (captures win; unknown fields are dropped, as Vault does).
 * `prepare` is for slow work without effects (key generation, hashing): it runs outside the loop and changes nothing;
 * it is preceded by an authorize-only turn, in which `look` reads from the state what it needs. `decide` is synchronous and reads all it relies on.
 */
export interface Handler<I, P, L = unknown> {
  readonly input: z.ZodType<I>;
  /**
   * Names what a guesser would guess at (a role-id, a user name): failed logins on it meet a growing delay,
   * which holds nobody else up. SECURITY(B2)
   */
  guessable?(input: I): string;
  look?(turn: RequestTurn, input: I): L;
  prepare?(
    input: I,
    turnless: { readonly ports: CorePorts; readonly mount: Mount; readonly seen: L },
  ): Promise<P>;
  decide(turn: RequestTurn, input: I, prepared: P): Decision;
}
// biome-ignore lint/suspicious/noExplicitAny: a table of handlers holds many input types; `handler()` pairs each with its schema.
export type AnyHandler = Handler<any, any, any>;

/** Pairs a schema with the functions that rely on it. */
export function handler<I, P = undefined, L = undefined>(definition: Handler<I, P, L>): AnyHandler {
  return definition;
}

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

/** What the engine asks of the lease. */
export interface LeaseTerms {
  /** Seconds; capped by core with the mount's and the token's limits. */
  readonly ttl: number;
  readonly maxTtl: number;
  readonly renewable: boolean;
  /** `dies by itself` at the target even when Keywarden is off, or `needs Keywarden`. */
  readonly promise: 'dies-by-itself' | 'needs-keywarden';
  /** What `end` and `renew` need, as plain JSON without secrets (role name, connection name, user name). */
  readonly data: Readonly<Record<string, unknown>>;
  /** The credential as sealed bytes in the lease, erased at the proof. */
  readonly secret?: Uint8Array;
}

/** A lease's life: `pending` -> `active` -> `ending` -> `dead` (proven) or `abandoned` (a person gave up waiting). */
export type LeaseState = 'pending' | 'active' | 'ending' | 'dead' | 'abandoned';

/** A lease as the engine sees it. Instants are milliseconds since 1970. */
export interface Lease {
  readonly id: string;
  /** 16 random bytes in hex: names the credential at the target without naming the path. */
  readonly nonce: string;
  readonly mount: Mount;
  readonly path: string;
  readonly state: LeaseState;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly maxExpiresAt: number;
  readonly renewable: boolean;
  readonly data: Readonly<Record<string, unknown>>;
  /** There when its end is being worked on. */
  readonly ending?: {
    /** Its time has come, and nobody has asked for it: nothing may be destroyed that the target says is still due. */
    readonly isExpiry: boolean;
    /** The deadline has passed by a clock only that has jumped forward. */
    readonly isInDoubt: boolean;
  };
}

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

/** What goes back to the client. */
export interface Reply {
  /** Default 200 with data, 204 without. 202 is begun and not waited for, 400 with data a batch in which some failed, 404 with data a deleted KV 2 version. */
  readonly status?: 200 | 202 | 204 | 400 | 404;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly warnings?: readonly string[];
  /** A login: core makes the token. */
  readonly auth?: AuthGrant;
  /** Seconds to show without a lease (KV 1's 2764800). */
  readonly leaseDuration?: number;
  /** A token was renewed: its `auth` block. Core fills in the token where the asker holds it. */
  readonly renewed?: AuthEnvelope;
  /** The data is about the asking token: core fills in its `id`, which the state does not know. */
  readonly aboutAsker?: true;
  /** A lease was renewed. */
  readonly lease?: { readonly id: string; readonly renewable: boolean; readonly duration: number };
  /** The whole answer, as it was made for another request: what a wrapping token holds. */
  readonly verbatim?: Envelope;
  /** Some clients want to read in the envelope which engine has answered. */
  readonly mountType?: string;
  /** Vault repeats `data` at the top level of some answers of `sys`. */
  readonly dataAtTop?: true;
  /** The body is `data` alone, without an envelope. */
  readonly bare?: true;
  /** The body is not JSON at all (a certificate, a list of revoked ones). Never wrapped: only for what anyone may know. */
  readonly raw?: RawBody;
}

/** A body that goes out as it is. */
export interface RawBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** What a login or a token creation asks core to make a token of. */
export interface AuthGrant {
  readonly displayName: string;
  readonly policies: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Seconds; 0 means the mount's or system's default. */
  readonly ttl: number;
  readonly maxTtl: number;
  readonly period: number;
  /** 0 means without limit. */
  readonly numUses: number;
  readonly renewable: boolean;
  /** Without a parent it lives on its own; a login's token always does. */
  readonly parentHash?: string;
  /** Alias shown by `kw` and the desktop: which app this is (an AppRole's name). */
  readonly app?: string;
  /** Seconds, shown as the token's own maximum, within `maxTtl`. */
  readonly explicitMaxTtl?: number;
  /** Seconds: the token dies when it was not used for so long; each use moves its end, within the maximum. */
  readonly idleTtl?: number;
  /** A token chosen by whoever may (root, `kw serve --dev`) instead of a random one. */
  readonly id?: string;
  readonly noDefaultPolicy?: true;
  /** The token role that it was made by. */
  readonly role?: string;
  /** What stands behind `auth/token/create/:role` in the token's path, for revoking by prefix. */
  readonly pathSuffix?: string;
  /** Address ranges outside of which the token is nobody's. */
  readonly boundCidrs?: readonly string[];
  /** Who logged in, by the method's own name for it: core finds or makes its entity. */
  readonly alias?: { readonly name: string; readonly metadata?: Readonly<Record<string, string>> };
  /** The entity that the token acts for: a child's is its parent's. */
  readonly entity?: string;
  /** What the entity adds to the token's own policies, to be shown. */
  readonly identityPolicies?: readonly string[];
}
