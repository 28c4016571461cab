import type { IncomingMessage, ServerResponse } from 'node:http';
import { asKeywardenError, KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Core, CoreRequest } from '../core/request.ts';
import { type Answer, answerError, answerOf, sendAnswer } from './answer.ts';
import { answerBlockingRead } from './blocking-read.ts';
import type { BrokerOptions } from './broker.ts';
import { ClientGone } from './client-gone.ts';
import { EVENTS_PATH, streamEvents } from './event-stream.ts';
import { forwardRequest } from './forward-request.ts';
import { guardOrigin, hostNames } from './guard-origin.ts';
import { LIMITS } from './limits.ts';
import { answerOpenEndpoint, isOpenEndpoint } from './open-endpoints.ts';
import { peerOf } from './peer.ts';
import { DEFAULT_RATES, RateLimits } from './rate-limits.ts';
import { BodyBudget } from './read-body.ts';
import { readCredential } from './read-credential.ts';
import { readRequest } from './read-request.ts';
import { readTarget } from './read-target.ts';
import { answerSealEndpoint, isSealEndpoint } from './seal-endpoints.ts';
import { shownKeycard } from './shown-keycard.ts';
import { noteToken } from './standing.ts';
import { createWaitingRoom } from './waiting-room.ts';
import { WantedByClient } from './wanted-by-client.ts';

/** Handles one request; never rejects. `origin` is `http` or `socket`. */
export type RequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
) => Promise<void>;

/** The way of every request: guards, what anyone may ask, sealed, parse, core, answer. */
export function createRequestHandler(options: BrokerOptions, closing: AbortSignal): RequestHandler {
  const allowedHosts = hostNames(options.listen, options.allowedHosts);
  const budget = new BodyBudget();
  const limits = new RateLimits(
    options.rates ?? DEFAULT_RATES,
    () => options.clock.uptime?.() ?? options.clock.now(),
  );

  const wait = createWaitingRoom(closing);

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    origin: string,
    client: ClientGone,
  ): Promise<Answer | undefined> => {
    guardOrigin(request, allowedHosts);
    if (request.rawHeaders.length > 2 * LIMITS.headerCount) {
      throw new KeywardenError('invalid-request', 'too many headers');
    }
    const target = readTarget(request.url ?? '');
    if (isOpenEndpoint(target.path)) {
      const open = answerOpenEndpoint({
        method: request.method ?? '',
        target,
        info: options.status(),
        sealed: options.core() === undefined,
        now: options.clock.now(),
      });
      if (open !== undefined) return open;
    }
    const peer = peerOf(request.socket);
    const keycard = shownKeycard(request);
    const credential = keycard === undefined ? readCredential(request) : tokenOf(keycard);
    const token = credential.kind === 'token' ? credential.token : undefined;
    const { socket } = request;
    const isKnown = limits.take({ token, address: peer.remoteAddress });
    noteToken(socket, isKnown);
    const tell = (isLiving: boolean) => noteToken(socket, isLiving);
    const learning = (core: Core): Core => ({
      events: core.events,
      handle: (each) => limits.learnFrom(core.handle(each), token, isKnown, tell),
    });
    if (isSealEndpoint(target.path)) return await answerSealEndpoint(options, request, target.path, budget);
    const opened = options.core();
    if (opened === undefined) throw new KeywardenError('sealed');
    if (keycard !== undefined) {
      const from = { ...peer, credential, origin, signal: client.signal };
      const begun = () => tell(true);
      return await forwardRequest(learning(opened), from, { request, response, begun, clock: options.clock });
    }
    const asked = await readRequest(request, target, budget);
    // Asked again: it may have been sealed while the body came in.
    const reopened = options.core();
    if (reopened === undefined) throw new KeywardenError('sealed');
    const core = learning(reopened);
    const wanted = new WantedByClient(asked, credential, origin, peer, client);
    const { patience } = asked;
    const waits = wanted.path === EVENTS_PATH && wanted.operation === 'read';
    if (patience !== undefined || waits) {
      const asking = core.events.waiterOf({ ...wanted, signal: client.signal });
      const { name } = await limits.learnFrom(asking, token, isKnown, tell);
      return await wait(name, client.signal, (signal) =>
        patience === undefined
          ? streamEvents(core, { ...wanted, signal }, response, options.clock)
          : answerBlockingRead(core, { ...wanted, signal }, patience, options.clock),
      );
    }
    return answerOf(await core.handle(wanted));
  };

  return async (request, response, origin) => {
    const client = new ClientGone(response);
    let result: Answer | undefined;
    try {
      result = await answer(request, response, origin, client);
    } catch (thrown) {
      const error = asKeywardenError(thrown);
      if (error.code === 'internal') logInternal(options, error);
      result = answerError(error);
    }
    if (result !== undefined) sendAnswer(response, result, closing.aborted);
  };
}

function tokenOf(keycard: string): CoreRequest['credential'] {
  return { kind: 'token', token: keycard };
}

/** Where it happened, never what was said: a stranger's message may quote a secret. */
function logInternal({ log }: BrokerOptions, error: KeywardenError): void {
  const cause = error.cause instanceof Error ? error.cause : error;
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  log('error', 'request-failed', {
    error: cause.name,
    frames: frames.slice(0, 12).map((line) => line.trim()),
  });
}
