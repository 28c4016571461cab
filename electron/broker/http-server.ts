import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { type Answer, answerError, answerHeaders } from './answer.ts';
import type { RequestHandler } from './handle-request.ts';
import { LIMITS } from './limits.ts';
import { understandListVerb } from './list-verb.ts';

/** A server with the broker's limits, not listening yet. SECURITY(B3) */
export function createHttpServer(handle: RequestHandler, origin: string): Server {
  /** How many answers are still owed on a connection: into the middle of one nothing else may be written. */
  const owed = new WeakMap<Duplex, number>();
  const server = createServer(
    {
      maxHeaderSize: LIMITS.headerBytes,
      headersTimeout: LIMITS.headersTimeout,
      requestTimeout: LIMITS.requestTimeout,
      keepAliveTimeout: LIMITS.keepAliveTimeout,
      connectionsCheckingInterval: 1000,
      // The guard answers a missing Host itself.
      requireHostHeader: false,
      noDelay: true,
    },
    (request, response) => {
      const { socket } = request;
      owed.set(socket, (owed.get(socket) ?? 0) + 1);
      response.once('close', () => owed.set(socket, (owed.get(socket) ?? 1) - 1));
      void handle(request, response, origin);
    },
  );
  // Node would drop headers past its count in silence, Origin among them; the handler counts and refuses.
  server.maxHeadersCount = 0;
  server.maxConnections = LIMITS.connections;
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
    if (!socket.writable || (owed.get(socket) ?? 0) > 0 || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    socket.end(rawAnswer(answerParserError(error.code)));
  });
  understandListVerb(server);
  return server;
}

/** What does not parse as HTTP never becomes a request; it is answered in the same shape all the same. */
function answerParserError(code: string | undefined): Answer {
  switch (code) {
    case 'HPE_INVALID_METHOD':
      return answerError(new KeywardenError('unsupported-operation'));
    case 'HPE_HEADER_OVERFLOW':
      return { ...answerError(new KeywardenError('body-too-large')), status: 431 };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        ...answerError(new KeywardenError('invalid-request', 'the request took too long')),
        status: 408,
      };
    default:
      return answerError(new KeywardenError('invalid-request'));
  }
}

function rawAnswer(answer: Answer): string {
  const headers = { ...answerHeaders(answer), Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n${lines.join('')}\r\n${answer.body ?? ''}`;
}
