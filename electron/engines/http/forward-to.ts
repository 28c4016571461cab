import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Forwarded } from '../../core/decision.ts';
import type { Exchange, HeaderLine } from '../../core/exchange.ts';
import { maskStream } from './key-mask.ts';
import { keyPatterns } from './key-patterns.ts';
import { spellingsOfKey } from './key-placement.ts';
import { requestHeaders, requestQuery } from './request-headers.ts';
import { responseHeaders } from './response-headers.ts';
import type { Upstream } from './upstream-rows.ts';
import { type Seat, takeSeat } from './upstream-seats.ts';

/** Where a request goes, and with which key. */
export interface Order {
  readonly upstream: Upstream;
  readonly key: string;
  /** Below the base URL, percent-encoded as the client sent it. */
  readonly rawPath: string;
  /** Where the client reaches the upstream: `/v1/…/proxy/…/`. */
  readonly proxyPath: string;
}

/** Sends one request on and its answer back, both as they come; when that breaks, an answer that has begun is cut off. */
export async function forwardTo(order: Order, exchange: Exchange, signal: AbortSignal): Promise<Forwarded> {
  const went = { status: 0, sent: 0, received: 0 };
  let seat: Seat | undefined;
  let request: ClientRequest | undefined;
  let lingering: NodeJS.Timeout | undefined;
  try {
    seat = takeSeat(order.upstream);
    const { upstream, key, proxyPath } = order;
    request = open(order, exchange, seat, signal);
    const uploaded = upload(exchange.body, request, (bytes) => {
      went.sent += bytes;
    });
    const answer = await answered(request, uploaded);
    went.status = answer.statusCode ?? 502;
    refuseEncoded(exchange.method, answer);
    const patterns = keyPatterns(spellingsOfKey(upstream.placement, key));
    const head = { status: went.status, headers: pairs(answer.rawHeaders) };
    const client = exchange.respond(went.status, responseHeaders(upstream, proxyPath, patterns, head));
    const mask = maskStream(patterns, (bytes) => {
      went.received += bytes;
    });
    // The upstream's clock stops with its last byte: from there on it is the client who may keep the seat.
    answer.once('end', () => {
      lingering = setTimeout(() => client.destroy(new Error('no byte for too long')), idleMs(upstream));
    });
    await pipeline(answer, mask, client, { signal });
    return went;
  } catch (thrown) {
    const broke =
      thrown instanceof KeywardenError ? thrown : new KeywardenError('upstream-failed', wordsOf(thrown));
    return { ...went, broke };
  } finally {
    clearTimeout(lingering);
    // A connection that can be kept is not the request's any more.
    request?.destroy();
    seat?.giveBack();
  }
}

function open(
  { upstream, key, rawPath }: Order,
  { method, rawQuery, headers, body }: Exchange,
  { agent }: Seat,
  signal: AbortSignal,
): ClientRequest {
  const { protocol, hostname, port, pathname } = new URL(upstream.baseUrl);
  const send = protocol === 'https:' ? tlsRequest : plainRequest;
  const request = send({
    agent,
    method,
    // Brackets are for addresses in URLs.
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: `${pathname}${rawPath}${requestQuery(upstream, key, rawQuery)}`,
    headers: requestHeaders(upstream, key, { method, headers, hasBody: body !== undefined }),
    signal,
  });
  request.setTimeout(idleMs(upstream), () => request.destroy(new Error('no byte for too long')));
  return request;
}

/** Milliseconds; timers take no more than 2^31 - 1. */
function idleMs({ idleTimeout }: Upstream): number {
  return Math.min(idleTimeout * 1000, 2 ** 31 - 1);
}

/** Sends the body as fast as the upstream takes it. Ends quietly when the upstream has answered without wanting it all. */
async function upload(
  body: Readable | undefined,
  request: ClientRequest,
  count: (bytes: number) => void,
): Promise<void> {
  // What breaks while nobody waits for it is told by the request's own error.
  const closed = new AbortController();
  request.once('close', () => closed.abort());
  try {
    for await (const chunk of body?.iterator({ destroyOnReturn: false }) ?? []) {
      if (closed.signal.aborted) return;
      count((chunk as Buffer).length);
      if (!request.write(chunk)) await once(request, 'drain', { signal: closed.signal });
    }
    request.end();
  } catch (error) {
    if (!closed.signal.aborted) request.destroy(error instanceof Error ? error : undefined);
  }
}

/** Waits for the head of the answer. */
function answered(request: ClientRequest, uploaded: Promise<void>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays: an error after the answer has begun reaches the answer's own stream.
    request.on('error', reject);
    request.once('close', () => reject(new Error('closed without an answer')));
    uploaded.catch(reject);
  });
}

/** In what is compressed a key cannot be seen. */
function refuseEncoded(method: string, { headers, statusCode }: IncomingMessage): void {
  if (method === 'HEAD' || statusCode === 204 || statusCode === 304) return;
  const content = headers['content-encoding'] ?? 'identity';
  const transfer = headers['transfer-encoding'] ?? 'chunked';
  if (content.toLowerCase() === 'identity' && transfer.toLowerCase() === 'chunked') return;
  throw new KeywardenError('upstream-failed', 'the upstream insists on an encoding that hides what it says');
}

function pairs(raw: readonly string[]): readonly HeaderLine[] {
  return Array.from({ length: raw.length / 2 }, (_, at) => [raw[2 * at] ?? '', raw[2 * at + 1] ?? '']);
}

/** The system's code says enough; a message could hold what was sent. */
function wordsOf(thrown: unknown): string {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;
  return code === undefined || !/^[A-Z0-9_]+$/.test(code)
    ? 'the upstream broke off'
    : `the upstream cannot be reached: ${code}`;
}
