import type { Readable, Writable } from 'node:stream';

/** One header, as it came or goes. */
export type HeaderLine = readonly [name: string, value: string];

/**
 * An HTTP request whose bodies are streams, as a door hands it to whoever forwards it. What concerns only the client and
 * that door is gone already: its credential, hop-by-hop headers (RFC 9110 section 7.6.1), cookies, the door's own headers.
 */
export interface Exchange {
  readonly method: string;
  /** Below `/v1/`, percent-encoded as it came, with as many segments as the request's path. */
  readonly rawPath: string;
  /** As it came, without the credential and without `?`. */
  readonly rawQuery: string;
  readonly headers: readonly HeaderLine[];
  /** Undefined where the request has none. */
  readonly body: Readable | undefined;
  /** Called once it is durable that it may go on. */
  readonly begun?: () => void;
  /** Begins the answer; its body goes into what comes back. May be called once. */
  respond(status: number, headers: readonly HeaderLine[]): Writable;
}
