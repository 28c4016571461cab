import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { type Answer, answerError, answerHeaders } from './answer.ts';
import { Connections } from './connections.ts';
import type { RequestHandler } from './handle-request.ts';
import { LIMITS, type Timeouts } from './limits.ts';
import { understandListVerb } from './list-verb.ts';

/** A server with the broker's limits, not listening yet. SECURITY(B3) */
export function createHttpServer(
  handle: RequestHandler,
  origin: string,
  timeouts: Timeouts = LIMITS,
): { readonly server: Server; readonly connections: Connections } {
  const { headersTimeout, requestTimeout, keepAliveTimeout } = timeouts;
  const server = createServer({
    maxHeaderSize: LIMITS.headerBytes,
    headersTimeout,
    requestTimeout,
    keepAliveTimeout,
    connectionsCheckingInterval: 1000,
    // The guard answers a missing Host itself.
    requireHostHeader: false,
    noDelay: true,
  });
  // Node would drop headers past its count in silence, Origin among them; the handler counts and refuses.
  server.maxHeadersCount = 0;
  server.maxConnections = LIMITS.connections;
  const connections = new Connections(server);
  server.on('request', (request, response) => void handle(request, response, origin));
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
    const answerable = socket.writable && !connections.owes(socket) && error.code !== 'ECONNRESET';
    if (answerable) socket.end(rawAnswer(answerParserError(error.code)));
    else socket.destroy();
  });
  understandListVerb(server);
  return { server, connections };
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
