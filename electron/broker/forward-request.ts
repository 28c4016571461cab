import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Operation } from '../../shared/model/operation.ts';
import type { Exchange, HeaderLine } from '../core/exchange.ts';
import type { Clock } from '../core/ports.ts';
import type { Core, CoreRequest } from '../core/request.ts';
import { type Answer, answerOf } from './answer.ts';
import { LIMITS } from './limits.ts';
import { readForwardTarget } from './read-forward-target.ts';
import { keycardIn } from './shown-keycard.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  GET: 'read',
  HEAD: 'read',
  OPTIONS: 'read',
  POST: 'update',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** What concerns the client and us alone (RFC 9110 section 7.6.1), and cookies, which are nobody's here. */
const OURS =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|http2-settings|authorization|cookie2?|x-vault-.*|x-keywarden-.*)$/i;

/** Bodies that flow may take as long as they like: what limits them is silence. */
const flowing = new WeakSet<Duplex>();

/** Whether a request on this connection is being forwarded. */
export function isFlowing(socket: Duplex): boolean {
  return flowing.has(socket);
}

/**
 * Hands a request that shows a keycard to core as streams. SECURITY(B3): its body is exempt from the limit of bodies because
 * it is never held. Returns the answer where nothing was forwarded. Throws what core throws; once the answer has begun it has
 * been cut off then.
 */
export async function forwardRequest(
  core: Core,
  asked: Pick<CoreRequest, 'credential' | 'origin' | 'remoteAddress' | 'clientCertificate' | 'signal'>,
  {
    request,
    response,
    begun,
    clock,
  }: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    /** Hears that it may go on. */
    readonly begun?: () => void;
    readonly clock: Clock;
  },
): Promise<Answer | undefined> {
  const method = request.method ?? '';
  const operation = OPERATIONS[method];
  if (operation === undefined) throw new KeywardenError('unsupported-operation');
  const { path, rawPath, rawQuery } = readForwardTarget(request.url ?? '');
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  const exchange: Exchange = {
    method,
    rawPath,
    rawQuery,
    headers: passable(request),
    body: hasBody ? request : undefined,
    ...(begun && { begun }),
    respond(status, headers) {
      response.writeHead(status, headers.flat());
      // Who waits for events is told that they begin.
      response.flushHeaders();
      return response;
    },
  };
  flowing.add(request.socket);
  try {
    const answered = await core.handle({ ...asked, operation, path, data: {}, exchange });
    // What needs no credential answers whoever shows a keycard, too.
    return response.headersSent ? undefined : answerOf(answered);
  } catch (thrown) {
    if (response.headersSent) response.destroy();
    throw thrown;
  } finally {
    flowing.delete(request.socket);
    if (!request.complete) drop(request, clock);
  }
}

/** The client's headers that may go on: none that is ours, none that its Connection names, none that shows the keycard. */
function passable(request: IncomingMessage): readonly HeaderLine[] {
  const named = new Set(
    (request.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()),
  );
  const lines: HeaderLine[] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    const value = request.rawHeaders[at + 1] ?? '';
    const isPassed = !OURS.test(name) && !named.has(name.toLowerCase()) && keycardIn(value) === undefined;
    if (isPassed) lines.push([name, value]);
  }
  return lines;
}

/** The answer came before the whole body: the rest is thrown away as it comes, for as long as it takes to read the answer. */
function drop(request: IncomingMessage, clock: Clock): void {
  request.resume();
  const cancel = clock.after(LIMITS.closingGrace, () => {
    if (!request.complete) request.socket.destroy();
  });
  request.once('close', cancel);
}
