import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as ask, type ClientRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHttpServer } from '../../electron/broker/http-server.ts';
import { LIMITS } from '../../electron/broker/limits.ts';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { manualClock } from '../support/manual-clock.ts';
import { type Door, NO_EVENTS, openDoor, withData } from '../unit/broker/door.ts';

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const SECRET = { data: { password: 'of the app' } };
let change: (() => void) | undefined;

/** A door behind which one token lives: `app`. */
async function open(): Promise<Door & { readonly socketPath: string }> {
  change = undefined;
  const folder = await mkdtemp(join(tmpdir(), 'kw-strangers-'));
  const socketPath = join(folder, 'broker.sock');
  const door = await openDoor(
    ({ credential }) => {
      if (credential.kind !== 'token' || credential.token !== 'app')
        throw new KeywardenError('permission-denied');
      return { ...withData(SECRET), byToken: true };
    },
    {
      socketPath,
      rates: { identity: 0, stranger: 0 },
      events: {
        ...NO_EVENTS,
        async waiterOf({ credential }) {
          if (credential.kind !== 'token' || credential.token !== 'app')
            throw new KeywardenError('permission-denied');
          return { name: 'app', byToken: true };
        },
        changed: ({ signal }) =>
          new Promise((resolve) => {
            change = () => resolve(true);
            signal?.addEventListener('abort', () => resolve(false));
          }),
      },
    },
  );
  ends.push(() => rm(folder, { recursive: true, force: true }));
  ends.push(() => door.broker.close());
  return { ...door, socketPath };
}

async function client(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => undefined);
  ends.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const ASK = 'GET /v1/x HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: wrong\r\n\r\n';
const HEAD =
  'POST /v1/x HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: wrong\r\nContent-Length: 1000\r\n\r\n{';
/** What strangers do with a connection once they have it. */
const WAYS = { 'say nothing': '', 'ask once and stay': ASK, 'stall with a body': HEAD };

/** So many strangers, all there at once as far as the broker lets them. */
async function strangers(port: number, count: number, text: string): Promise<readonly Socket[]> {
  const all: Socket[] = [];
  for (let left = count; left > 0; left -= 100) {
    const some = await Promise.all(Array.from({ length: Math.min(left, 100) }, () => client(port)));
    for (const socket of some) if (text !== '') socket.write(text);
    if (text === ASK) await Promise.all(some.map((socket) => once(socket, 'data')));
    all.push(...some);
  }
  return all;
}

/** An app on a connection of its own that it keeps. */
function keeping(port: number) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  ends.push(() => socket.destroy());
  let isOpen = true;
  socket.once('close', () => {
    isOpen = false;
  });
  return {
    isOpen: () => isOpen,
    /** The status line and the body, of a request with the app's token. */
    async ask(path: string): Promise<string> {
      let text = '';
      const hear = (part: Buffer) => {
        text += part.toString();
      };
      socket.on('data', hear);
      socket.write(`GET /v1/${path} HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: app\r\n\r\n`);
      await vi.waitFor(() => expect(isOpen && !text.includes('}}')).toBe(false), { timeout: 10_000 });
      socket.off('data', hear);
      return text;
    },
  };
}

const TOO_MANY = LIMITS.connections + 300;

describe('SECURITY(B3): more strangers than there are places', () => {
  test.each(Object.entries(WAYS))(
    'that %s keep no app out, and end nothing that an app has',
    async (_what, text) => {
      const door = await open();
      const idle = keeping(door.port);
      const waiting = keeping(door.port);
      expect(await idle.ask('secret/data/app')).toContain('of the app');
      const waited = waiting.ask('secret/data/app?index=1&wait=300s');
      await vi.waitFor(() => expect(change).toBeDefined());
      const crowd = await strangers(door.port, TOO_MANY, text);
      // A new one, one from before, one over the local socket, and one that has waited all the time.
      const headers = { 'X-Vault-Token': 'app' };
      expect((await door.ask({ path: '/v1/secret/data/app', headers })).json['data']).toEqual(SECRET);
      expect(await idle.ask('secret/data/app')).toContain('of the app');
      const local = ask({ socketPath: door.socketPath, path: '/v1/secret/data/app', headers, agent: false });
      local.end();
      const [answer] = (await once(local, 'response')) as [IncomingMessage];
      answer.resume();
      expect(answer.statusCode).toBe(200);
      change?.();
      expect(await waited).toContain('of the app');
      expect([idle.isOpen(), waiting.isOpen()]).toEqual([true, true]);
      // Who has been still for longest has left.
      expect(crowd.slice(0, 100).every((socket) => socket.destroyed)).toBe(true);
      expect(crowd.slice(-100).some((socket) => socket.destroyed)).toBe(false);
    },
    60_000,
  );

  test('do not have to be that many: whoever has shown a living token leaves room for newcomers', async () => {
    const door = await open();
    const asked = `GET /v1/x HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: app\r\n\r\n`;
    const known: Socket[] = [];
    for (let count = 0; count < LIMITS.connections; count += 100) {
      const some = await Promise.all(Array.from({ length: 100 }, () => client(door.port)));
      for (const socket of some) socket.write(asked);
      await Promise.all(some.map((socket) => once(socket, 'data')));
      known.push(...some);
    }
    const newcomers = await strangers(door.port, LIMITS.roomForStrangers, '');
    expect((await door.ask({ path: '/v1/x', headers: { 'X-Vault-Token': 'app' } })).status).toBe(200);
    await vi.waitFor(() => {
      const left = known.filter((socket) => !socket.destroyed).length;
      expect(left).toBeGreaterThanOrEqual(LIMITS.connections - LIMITS.roomForStrangers - 1);
    });
    expect(newcomers.slice(1).every((socket) => !socket.destroyed)).toBe(true);
  }, 60_000);
});

/** A listener whose handler reads what comes and never answers. */
async function silentServer(clock = manualClock()) {
  const seen: IncomingMessage[] = [];
  const { server } = createHttpServer(
    async (request) => {
      seen.push(request);
      request.resume();
    },
    'http',
    { clock },
  );
  ends.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { clock, seen, port: (server.address() as AddressInfo).port };
}

describe('SECURITY(B3): a client that is slow', () => {
  test('with a body is cut off when it has hardly moved between two looks; one that moves is not', async () => {
    const { clock, seen, port } = await silentServer();
    const start = (): ClientRequest => {
      const request = ask({ port, method: 'POST', headers: { 'Content-Length': 10_000_000 } });
      request.on('error', () => undefined);
      ends.push(() => request.destroy());
      request.write('{');
      return request;
    };
    const [stalled, flowing] = [start(), start()];
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    clock.advance(LIMITS.bodyLook);
    const read = () => seen.reduce((sum, { socket }) => sum + socket.bytesRead, 0);
    const before = read();
    flowing.write(Buffer.alloc(2 * LIMITS.bodyProgress, ' '));
    await vi.waitFor(() => expect(read() - before).toBeGreaterThanOrEqual(2 * LIMITS.bodyProgress));
    const cut = new Promise((resolve) => stalled.once('close', resolve));
    clock.advance(LIMITS.bodyLook);
    await cut;
    expect(flowing.destroyed).toBe(false);
  });

  test('to take answers cannot ask on for ever: who asks too far ahead of them is cut off', async () => {
    const { seen, port } = await silentServer();
    const socket = await client(port);
    const cut = once(socket, 'close');
    socket.resume();
    socket.write('GET /v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(LIMITS.askedAhead + 10));
    await cut;
    expect(seen.length).toBeLessThanOrEqual(LIMITS.askedAhead + 10);
  });
});
