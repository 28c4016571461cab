import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '../../electron/broker/self-made-certificate.ts';

/** What the upstream was asked, as it saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
}

/** Somebody else's API: a real https server of the test's own, with a certificate that it has signed itself. */
export interface HttpsUpstream {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly seen: SeenRequest[];
  /** Answers that it owes. */
  readonly open: ReadonlySet<ServerResponse>;
  /** What it does with a request; it answers 200 with JSON unless told. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startHttpsUpstream(): Promise<HttpsUpstream> {
  const identity = await makeCertificate(['localhost', '127.0.0.1'], Date.now());
  const seen: SeenRequest[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer(identity, (request, response) => {
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
    });
    open.add(response);
    response.once('close', () => open.delete(response));
    upstream.answer(request, response);
  });
  const upstream: HttpsUpstream = {
    url: '',
    ca: identity.cert,
    seen,
    open,
    answer: answerPlainly,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(upstream, { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** The usual answer. */
export function answerPlainly(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end('{"ok":true}');
}
