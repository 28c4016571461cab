import { createServer, type Server, type ServerOptions, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Clock } from '../core/ports.ts';
import { type Answer, answerError, answerHeaders } from './answer.ts';
import type { TlsIdentity } from './broker.ts';
import { Connections } from './connections.ts';
import { isFlowing } from './forward-request.ts';
import type { RequestHandler } from './handle-request.ts';
import { LIMITS, type Timeouts } from './limits.ts';
import { understandListVerb } from './list-verb.ts';

/** A server with the broker's limits, not listening yet. SECURITY(B3) */
export function createHttpServer(
  handle: RequestHandler,
  origin: string,
  {
    clock,
    timeouts = LIMITS,
    tls,
  }: { readonly clock: Clock; readonly timeouts?: Timeouts; readonly tls?: TlsIdentity | undefined },
): { readonly server: Server; readonly connections: Connections } {
  const { headersTimeout, requestTimeout, keepAliveTimeout } = timeouts;
  const options: ServerOptions = {
    maxHeaderSize: LIMITS.headerBytes,
    headersTimeout,
    requestTimeout,
    keepAliveTimeout,
    connectionsCheckingInterval: 1000,
    // The guard answers a missing Host itself.
    requireHostHeader: false,
    noDelay: true,
  };
  const server = tls === undefined ? createServer(options) : createSecureServer(options, tls, headersTimeout);
  // Node would drop headers past its count in silence, Origin among them; the handler counts and refuses.
  server.maxHeadersCount = 0;
  // The system hands over many at once: `Connections` chooses who leaves, and this is the end of it.
  server.maxConnections = LIMITS.connections + LIMITS.acceptedAtOnce;
  const connections = new Connections(server, clock);
  server.on('request', (request, response) => void handle(request, response, origin));
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
    // The parser's clock is for bodies that are read whole.
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isFlowing(socket)) return;
    const talksHttp = error.code?.startsWith('HPE_') || error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const answerable = talksHttp && socket.writable && !connections.owes(socket);
    if (answerable) socket.end(rawAnswer(answerParserError(error.code)));
    else socket.destroy();
  });
  // Over TLS, a connection that talks HTTP is there only after the handshake.
  understandListVerb(server, tls === undefined ? 'connection' : 'secureConnection');
  return { server, connections };
}

/** Asks for a certificate without insisting: whether one is needed, and whose it must be, is for core to say. */
function createSecureServer(options: ServerOptions, tls: TlsIdentity, handshakeTimeout: number): Server {
  return createTlsServer({
    ...options,
    ...tls,
    handshakeTimeout,
    minVersion: 'TLSv1.2',
    requestCert: true,
    rejectUnauthorized: false,
  });
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
