import type { Envelope } from '../../shared/model/envelope.ts';
import type { Operation } from '../../shared/model/operation.ts';
import type { CommittedChange } from './events/change-feed.ts';
import type { Exchange } from './exchange.ts';
import type { RawBody } from './reply.ts';

/** Who asks. A token is looked up in the state; `none` is for logins and the few open paths. */
export type Credential = { readonly kind: 'token'; readonly token: string } | { readonly kind: 'none' };

/** One request, whoever asks: the renderer over IPC, an app over HTTP, `kw` over the local socket. */
export interface CoreRequest {
  readonly credential: Credential;
  readonly operation: Operation;
  /** Without `/v1/` and without a leading slash: `secret/data/app`. A list may end with a slash or not. */
  readonly path: string;
  /** The body's fields and the query's, unchecked. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Where it came from, for `lookup` and the record: `http`, `socket`, `desktop`. */
  readonly origin: string;
  /** Seconds: the answer is to be wrapped into a token of one use that lives so long. */
  readonly wrapTtl?: number;
  /** The client's address, for what is bound to addresses. Absent on a local socket: nothing bound is reached there. */
  readonly remoteAddress?: string;
  /** The certificate (DER) whose key the client has proven to hold, where TLS asked for one. */
  readonly clientCertificate?: Uint8Array;
  /** Aborted when the client is gone: what an effect has issued by then is revoked at once. */
  readonly signal?: AbortSignal;
  /** Both bodies as streams, for what is forwarded. The answer then goes out through it. */
  readonly exchange?: Exchange;
}

/** What core answers. The HTTP door adds nothing but the status code and headers. */
export interface CoreResponse {
  /** 200, 204, 202 for what was begun and not waited for or, for a deleted KV 2 version, 404 with a body. */
  readonly status: 200 | 202 | 204 | 400 | 404;
  /** null with 202 and 204. */
  readonly envelope: Envelope | null;
  /** The HTTP door repeats `data` at the top level of the body (`Reply.dataAtTop`). */
  readonly dataAtTop?: true;
  /** The body is the envelope's `data` alone (`Reply.bare`). */
  readonly bare?: true;
  /** The body in place of an envelope (`Reply.raw`). */
  readonly raw?: RawBody;
  /** It was given to a living token: what anybody is told leaves this out, whatever came with the request. */
  readonly byToken?: true;
}

/** Who waits. */
export interface Waiter extends Pick<CoreResponse, 'byToken'> {
  readonly name: string;
}

/** Waiting for changes instead of asking again and again. */
export interface CoreEvents {
  /**
   * Whom it is counted for when somebody waits: the same for all tokens of one entity, or of one ancestor; `nobody`
   * without a token. Refused as the read itself would be.
   */
  waiterOf(request: CoreRequest): Promise<Waiter>;
  /** Grows when what is read at this path changes: what a client waits for more than. */
  indexOf(path: string): number;
  /**
   * Resolves with true once what the request reads has changed after `after`, with false when its signal aborts first.
   * Refused as the read itself would be, ahead of any waiting; what it then resolves with tells nothing but that it is
   * worth asking again. Throws `sealed` when core stops.
   */
  changed(request: CoreRequest, after: number): Promise<boolean>;
  /**
   * Calls back with every change that the asking token may read, until the signal aborts (resolves), the token dies
   * (`permission-denied`) or core stops (`sealed`).
   */
  follow(request: CoreRequest, listener: (changes: readonly CommittedChange[]) => void): Promise<void>;
}

/** The one door to everything: authenticate, authorize, engine, lease, record. Throws KeywardenError alone. */
export interface Core {
  handle(request: CoreRequest): Promise<CoreResponse>;
  readonly events: CoreEvents;
}
