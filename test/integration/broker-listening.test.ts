import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHttpServer } from '../../electron/broker/http-server.ts';
import { LIMITS } from '../../electron/broker/limits.ts';
import type { Clock } from '../../electron/core/ports.ts';
import { manualClock } from '../support/manual-clock.ts';
import { type Door, type Handle, openDoor, withData } from '../unit/broker/door.ts';

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function open(...args: Parameters<typeof openDoor>): Promise<Door> {
  const door = await openDoor(...args);
  ends.push(() => door.broker.close());
  return door;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kw-broker-'));
  ends.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function client(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => undefined);
  ends.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('the verb LIST on a real connection', () => {
  const echo: Handle = ({ operation, path, data }) => withData({ operation, path, data });
  const told = (text: string) =>
    [...text.matchAll(/"data":(\{"operation".*?\}\}),"wrap_info"/g)].map(
      (match) => JSON.parse(match[1] ?? '') as object,
    );
  const requests =
    'LIST /v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n' +
    'POST /v1/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n{"x":"LIST /v"}' +
    'LIST /v1/c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}' +
    'PUT /v1/d HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{"x":"LIST\r\n5\r\n /v"}\r\n0\r\n\r\n' +
    'LIST /v1/e HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const expected = [
    { operation: 'list', path: 'a/', data: {} },
    { operation: 'update', path: 'b', data: { x: 'LIST /v' } },
    { operation: 'list', path: 'c/', data: {} },
    { operation: 'update', path: 'd', data: { x: 'LIST /v' } },
    { operation: 'list', path: 'e/', data: {} },
  ];

  test('is understood when requests come all at once', async () => {
    const door = await open(echo);
    expect(told(await door.raw(requests))).toEqual(expected);
  });

  test('is understood when they come byte by byte', async () => {
    const door = await open(echo);
    expect(told(await door.raw(...requests))).toEqual(expected);
  });

  test('cannot be used to smuggle: what is ambiguous is refused and ends the connection', async () => {
    const door = await open(echo);
    const ambiguous =
      'POST /v1/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' +
      'LIST /v1/secret HTTP/1.1\r\nHost: localhost\r\n\r\n';
    expect(await door.raw(ambiguous)).not.toContain('"path":"secret/"');
    expect(door.asked.filter((each) => each.path.startsWith('secret'))).toEqual([]);
  });
});

describe('a port that is taken', () => {
  test('means the next free one, and the address says which', async () => {
    const first = await open();
    const second = await open(undefined, { listen: { host: '127.0.0.1', port: first.port } });
    expect(second.port).not.toBe(first.port);
    expect(second.broker.address).toBe(`http://127.0.0.1:${second.port}`);
    expect((await second.ask({ path: '/v1/sys/health' })).status).toBe(200);
  });

  test('a host that is not this machine’s is refused, and nothing is left listening', async () => {
    const socketPath = join(await folder(), 'broker.sock');
    const starting = openDoor(undefined, { listen: { host: '192.0.2.1', port: 0 }, socketPath });
    await expect(starting).rejects.toMatchObject({ code: 'not-available' });
    await expect(stat(socketPath)).rejects.toThrow();
  });
});

describe.skipIf(process.platform === 'win32')('SECURITY(B1): the local socket', () => {
  const throughSocket = (socketPath: string) =>
    new Promise<number>((resolve, reject) => {
      const request = httpRequest({ socketPath, path: '/v1/a', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.end();
    });

  test('is 0600 in a 0700 folder, serves without TCP, and is gone after closing', async () => {
    const path = join(await folder(), 'own', 'broker.sock');
    const door = await open(undefined, { listen: undefined, socketPath: path });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    expect([door.broker.address, door.broker.socketPath]).toEqual([undefined, path]);
    expect(await throughSocket(path)).toBe(204);
    expect(door.asked[0]?.origin).toBe('socket');
    await door.broker.close();
    await expect(stat(path)).rejects.toThrow();
  });

  test('of a dead process is replaced', async () => {
    const path = join(await folder(), 'broker.sock');
    // A socket file that outlives its listener, as after kill -9.
    const dead = createServer().listen(path);
    await once(dead, 'listening');
    await rename(path, `${path}.kept`);
    dead.close();
    await once(dead, 'close');
    await rename(`${path}.kept`, path);
    const door = await open(undefined, { socketPath: path });
    expect(door.broker.socketPath).toBe(path);
    expect(await throughSocket(path)).toBe(204);
  });

  test('on which somebody listens is left to them; TCP is served all the same', async () => {
    const path = join(await folder(), 'broker.sock');
    const first = await open(undefined, { socketPath: path });
    const second = await open(undefined, { socketPath: path });
    expect(second.broker.socketPath).toBeUndefined();
    expect(second.logged.join()).toContain('socket-in-use');
    await second.broker.close();
    expect(await throughSocket(path)).toBe(204);
    expect(first.asked).toHaveLength(1);
  });

  test('does not take the place of another file', async () => {
    const path = join(await folder(), 'broker.sock');
    await writeFile(path, 'precious');
    await expect(openDoor(undefined, { socketPath: path })).rejects.toMatchObject({ code: 'not-available' });
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  test('is refused in a folder that others can enter', async () => {
    const shared = await folder();
    await chmod(shared, 0o755);
    const starting = openDoor(undefined, { socketPath: join(shared, 'broker.sock') });
    await expect(starting).rejects.toMatchObject({
      code: 'not-available',
      message: expect.stringContaining('0700'),
    });
  });
});

describe('SECURITY(B3): one client cannot hold up others', () => {
  test('200 half-open connections do not hold up a reader', async () => {
    const door = await open();
    const halves = [
      '',
      'G',
      'GET /v1/a HTTP/1.1\r\nHost: loc',
      'POST /v1/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{',
    ];
    const sockets = await Promise.all(Array.from({ length: 200 }, () => client(door.port)));
    sockets.forEach((socket, i) => {
      socket.write(halves[i % halves.length] ?? '');
    });
    expect((await door.ask({ path: '/v1/read' })).status).toBe(204);
    expect(door.asked.map((each) => each.path)).toEqual(['read']);
  });

  test('clients that stall with large bodies keep out large bodies, not ordinary writes', async () => {
    const door = await open();
    const size = LIMITS.body - 1;
    const body = Buffer.alloc(size - 1, ' ');
    const head = `POST /v1/stalled HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`;
    const stalled = await Promise.all(Array.from({ length: 4 }, () => client(door.port)));
    const answers = stalled.map(async (socket) => {
      const answered = once(socket, 'data');
      socket.write(head);
      socket.write(body);
      return String((await answered)[0]);
    });
    expect(await Promise.any(answers)).toMatch(/^HTTP\/1\.1 429 /);
    expect((await door.ask({ method: 'POST', path: '/v1/write', body: '{"a":1}' })).status).toBe(204);
    expect(door.asked.map((each) => each.path)).toEqual(['write']);
  });

  test.each([
    ['its headers', 'GET /v1/a HTTP/1.1\r\nHost: loc'],
    ['its body', 'POST /v1/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{'],
    ['anything', ''],
  ])('a client that never finishes %s is cut off', async (_what, text) => {
    const { server } = createHttpServer(
      async (request) => {
        request.resume();
      },
      'http',
      { clock: manualClock(), timeouts: { headersTimeout: 50, requestTimeout: 50, keepAliveTimeout: 50 } },
    );
    ends.push(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = await client((server.address() as AddressInfo).port);
    socket.resume();
    socket.write(text);
    await once(socket, 'close');
  });
});

describe('a client that has gone', () => {
  test('is told to core, so that what was issued for it is revoked', async () => {
    let gone: AbortSignal | undefined;
    const door = await open(({ signal }) => {
      gone = signal;
      return new Promise(() => undefined);
    });
    const socket = await client(door.port);
    socket.write('GET /v1/database/creds/app HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(gone).toBeDefined());
    expect(gone?.aborted).toBe(false);
    socket.destroy();
    await vi.waitFor(() => expect(gone?.aborted).toBe(true));
  });

  test('is not told of a client that has had its answer', async () => {
    let gone: AbortSignal | undefined;
    const door = await open(({ signal }) => {
      gone = signal;
      return withData({});
    });
    await door.ask({ path: '/v1/a' });
    await door.broker.close();
    expect(gone?.aborted).toBe(false);
  });
});

describe('closing', () => {
  /** A clock on which only the test lets time pass. */
  function stoppedClock(): Clock & { strike(): void } {
    const due = new Set<() => void>();
    return {
      now: () => 0,
      after(_milliseconds, callback) {
        due.add(callback);
        return () => due.delete(callback);
      },
      strike: () =>
        due.forEach((callback) => {
          callback();
        }),
    };
  }

  test('lets what is being answered finish, and takes nothing new', async () => {
    let finish = (): void => undefined;
    const door = await open(
      () =>
        new Promise((resolve) => {
          finish = () => resolve(withData({ done: true }));
        }),
      { clock: stoppedClock() },
    );
    const reply = door.ask({ path: '/v1/a' });
    await vi.waitFor(() => expect(door.asked).toHaveLength(1));
    const idle = await client(door.port);
    const closed = door.broker.close();
    await expect(door.ask({ path: '/v1/b' })).rejects.toThrow('ECONNREFUSED');
    finish();
    expect((await reply).json['data']).toEqual({ done: true });
    expect((await reply).headers['connection']).toBe('close');
    await closed;
    await vi.waitFor(() => expect(idle.destroyed).toBe(true));
    expect(door.broker.close()).toBeInstanceOf(Promise);
  });

  test('ends after the grace what has not finished, and tells core that the client is gone', async () => {
    const clock = stoppedClock();
    const door = await open(() => new Promise(() => undefined), { clock });
    const reply = door.ask({ path: '/v1/a' });
    await vi.waitFor(() => expect(door.asked).toHaveLength(1));
    const closed = door.broker.close();
    clock.strike();
    await expect(reply).rejects.toThrow();
    await closed;
    await vi.waitFor(() => expect(door.asked[0]?.signal?.aborted).toBe(true));
  });
});
