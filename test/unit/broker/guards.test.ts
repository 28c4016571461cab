import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Door, openDoor, withData } from './door.ts';

describe('SECURITY(B1): a web page cannot reach the broker', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor(undefined, { allowedHosts: ['Vault.internal'] });
  });
  afterAll(() => door.broker.close());

  const refused = {
    status: 403,
    text: '{"errors":["This host name or origin may not talk to the broker."]}',
  };

  test.each([
    'localhost',
    'localhost:8200',
    'LOCALHOST',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]',
    '[::1]:8200',
    'vault.internal:8200',
  ])('asked as %s it answers', async (host) => {
    expect((await door.ask({ path: '/v1/a', headers: { Host: host } })).status).toBe(204);
  });

  test.each([
    'evil.example',
    'localhost.evil.example',
    'localhost.',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '0.0.0.0',
    '::1',
    'localhost:x',
    'localhost:8200:1',
    'a@localhost',
  ])('asked as "%s" it refuses, health too', async (host) => {
    door.asked.length = 0;
    expect(await door.ask({ path: '/v1/a', headers: { Host: host } })).toMatchObject(refused);
    expect((await door.ask({ path: '/v1/sys/health', headers: { Host: host } })).status).toBe(403);
    expect(door.asked).toEqual([]);
  });

  test.each([
    ['no Host', 'GET /v1/a HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['no Host in HTTP/1.0', 'GET /v1/a HTTP/1.0\r\n\r\n'],
    ['an empty Host', 'GET /v1/a HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
    ['two Hosts', 'GET /v1/a HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
  ])('%s is refused', async (_what, text) => {
    expect(await door.raw(text)).toMatch(/^HTTP\/1.1 403 /);
  });

  test('an address that names its own host is refused', async () => {
    const text = 'GET http://evil.example/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    expect(await door.raw(text)).toMatch(/^HTTP\/1.1 400 /);
  });

  test.each([
    ['Origin', 'https://evil.example'],
    ['Origin', 'http://localhost:8200'],
    ['Origin', 'null'],
    ['Origin', ''],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Sec-Fetch-Site', 'none'],
  ])('%s: %s is refused, whatever it says, and gets no CORS header', async (name, value) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const reply = await door.ask({ method, path: '/v1/a', headers: { [name]: value } });
      expect(reply).toMatchObject(refused);
      expect(Object.keys(reply.headers).filter((header) => header.startsWith('access-control'))).toEqual([]);
    }
  });

  test('a request that shows a keycard where nothing is forwarded is answered all the same', async () => {
    const open = await openDoor(() => withData({ visible: true }));
    const headers = { 'X-Api-Key': `hvk.${'0'.repeat(32)}${'a'.repeat(32)}` };
    const reply = await open.ask({ path: '/v1/sys/internal/ui/mounts', headers });
    expect(reply).toMatchObject({ status: 200, json: { data: { visible: true } } });
    await open.broker.close();
  });

  test('an Origin cannot be hidden behind many headers', async () => {
    const many = Array.from({ length: 3000 }, () => 'a:b\r\n').join('');
    const text = `GET /v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${many}Origin: x\r\n\r\n`;
    expect(await door.raw(text)).toMatch(/^HTTP\/1.1 403 /);
  });
});
