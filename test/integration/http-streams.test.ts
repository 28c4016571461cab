import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { forwardRequest } from '../../electron/broker/forward-request.ts';
import { createHttpServer } from '../../electron/broker/http-server.ts';
import type { Core, CoreRequest } from '../../electron/core/request.ts';
import { forwardTo } from '../../electron/engines/http/forward-to.ts';
import type { Upstream } from '../../electron/engines/http/upstream-rows.ts';
import { manualClock } from '../support/manual-clock.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** The broker's listener with times of its own, and somebody behind it who takes the whole body and then answers. */
async function serve(requestTimeout: number): Promise<number> {
  const core: Core = {
    async handle({ exchange }: CoreRequest) {
      let bytes = 0;
      for await (const chunk of exchange?.body ?? []) bytes += (chunk as Buffer).length;
      exchange?.respond(200, [['Content-Type', 'text/plain']]).end(String(bytes));
      return { status: 204, envelope: null };
    },
    events: undefined as never,
  };
  const from = { credential: { kind: 'none' }, origin: 'http' } as const;
  const listener = createHttpServer(
    async (request, response) => {
      await forwardRequest(core, from, { request, response, clock: manualClock() });
    },
    'http',
    {
      clock: manualClock(),
      timeouts: { headersTimeout: requestTimeout, requestTimeout, keepAliveTimeout: 5000 },
    },
  );
  server = listener.server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('a body that flows for longer than a body may take that is read whole is not cut off', async () => {
  const port = await serve(50);
  const timedOut = once(server as Server, 'clientError');
  const upload = ask({ port, method: 'PUT', path: '/v1/api/proxy/pay/files/big' });
  upload.write('first');
  // The parser's clock has run out, and says so.
  expect((await timedOut)[0]).toMatchObject({ code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  upload.end(' and last');
  const [answer] = (await once(upload, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  expect([answer.statusCode, text]).toEqual([200, '14']);
});

test('a body that comes in chunks, or not at all, is what it is at the other side', async () => {
  const port = await serve(5000);
  for (const [method, parts, wanted] of [
    ['PUT', ['ab', 'cd'], '4'],
    ['GET', [], '0'],
    ['DELETE', [], '0'],
  ] as const) {
    const sent = ask({ port, method, path: '/v1/api/proxy/pay/x' });
    for (const part of parts) sent.write(part);
    sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    expect(text).toBe(wanted);
  }
});

test('who does not take the end of an answer keeps the upstream’s connection no longer than its silence may last', async () => {
  const plain = createServer((_request, response) => response.end('done'));
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const upstream: Upstream = {
    mount: 'm',
    name: 'pay',
    id: 'stalled',
    version: 1,
    baseUrl: `http://127.0.0.1:${(plain.address() as AddressInfo).port}/`,
    placement: { auth: 'query', parameter: 'key' },
    ca: '',
    maxConnections: 1,
    idleTimeout: 0.1,
    secret: 'h' as Upstream['secret'],
  };
  // Takes one chunk and never asks for more.
  const stalled = new Writable({ highWaterMark: 1, write() {} });
  const went = await forwardTo(
    { upstream, key: 'the-real-key', rawPath: '', proxyPath: '/v1/api/proxy/pay/' },
    { method: 'GET', rawPath: '', rawQuery: '', headers: [], body: undefined, respond: () => stalled },
    new AbortController().signal,
  );
  plain.close();
  expect(went).toMatchObject({ status: 200, broke: { code: 'upstream-failed' } });
  expect(stalled.destroyed).toBe(true);
});
