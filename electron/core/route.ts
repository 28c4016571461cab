import type { z } from 'zod';
import type { Operation } from '../../shared/model/operation.ts';
import type { Decision } from './decision.ts';
import type { Mount } from './mounts/mount.ts';
import type { CorePorts } from './ports.ts';
import type { ReadTurn, RequestTurn } from './turn.ts';

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
    turnless: {
      readonly ports: CorePorts;
      readonly mount: Mount;
      readonly seen: L;
      /** Aborts when the client is gone. */
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<P>;
  decide(turn: RequestTurn, input: I, prepared: P): Decision;
}

// biome-ignore lint/suspicious/noExplicitAny: a table of handlers holds many input types; `handler()` pairs each with its schema.
export type AnyHandler = Handler<any, any, any>;

/** Pairs a schema with the functions that rely on it. */
export function handler<I, P = undefined, L = undefined>(definition: Handler<I, P, L>): AnyHandler {
  return definition;
}
