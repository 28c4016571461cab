import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CoreRequest } from '../../../electron/core/request.ts';
import { type AskOptions, type Door, openDoor } from './door.ts';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.broker.close());

/** What reached core, without its signal; undefined when nothing did. */
async function reached(options: AskOptions): Promise<Omit<CoreRequest, 'signal'> | undefined> {
  door.asked.length = 0;
  await door.ask(options);
  const [request] = door.asked;
  if (request === undefined) return undefined;
  const { signal: _signal, ...rest } = request;
  return rest;
}

const NONE = { kind: 'none' };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

describe('what a client sends reaches core in core’s words', () => {
  test.each<[string, AskOptions, Partial<CoreRequest>]>([
    ['GET', { path: '/v1/a/b' }, { operation: 'read', path: 'a/b', data: {} }],
    ['LIST', { method: 'LIST', path: '/v1/a' }, { operation: 'list', path: 'a/' }],
    ['LIST with a slash', { method: 'LIST', path: '/v1/a/' }, { operation: 'list', path: 'a/' }],
    ['GET ?list=true', { path: '/v1/a?list=true' }, { operation: 'list', path: 'a/', data: {} }],
    ['GET ?list=1', { path: '/v1/a?list=1' }, { operation: 'list', path: 'a/' }],
    ['GET ?list=F', { path: '/v1/a?list=F' }, { operation: 'read', path: 'a' }],
    ['POST', { method: 'POST', path: '/v1/a', body: '{"x":1}' }, { operation: 'update', data: { x: 1 } }],
    ['PUT', { method: 'PUT', path: '/v1/a', body: '{"x":1}' }, { operation: 'update', data: { x: 1 } }],
    ['DELETE', { method: 'DELETE', path: '/v1/a?x=1' }, { operation: 'delete', data: { x: '1' } }],
    ['a POST without a body', { method: 'POST', path: '/v1/a' }, { operation: 'update', data: {} }],
    ['a body of null', { method: 'POST', path: '/v1/a', body: ' null ' }, { data: {} }],
    ['a query', { path: '/v1/a?version=2&x=a%20b+c&y' }, { data: { version: '2', x: 'a b c', y: '' } }],
    ['a query that repeats', { path: '/v1/a?x=1&x=2&x=3' }, { data: { x: ['1', '2', '3'] } }],
    [
      'a query under a body',
      { method: 'PUT', path: '/v1/a?x=query&y=query', body: '{"x":"body"}' },
      { data: { x: 'body', y: 'query' } },
    ],
    [
      'a body of a GET, which means nothing',
      { path: '/v1/a', body: 'not json', headers: { 'Content-Length': '8' } },
      { operation: 'read', data: {} },
    ],
    [
      'JSON, whatever the content type says',
      { method: 'POST', path: '/v1/a', body: '{"x":1}', headers: { 'Content-Type': 'text/plain' } },
      { data: { x: 1 } },
    ],
    [
      'JSON that claims to be a form',
      { method: 'POST', path: '/v1/a', body: ' {"x":1}', headers: FORM },
      { data: { x: 1 } },
    ],
    [
      'a form',
      { method: 'POST', path: '/v1/a', body: 'x=1&y=a+b', headers: FORM },
      { data: { x: '1', y: 'a b' } },
    ],
    [
      'a merge patch',
      {
        method: 'PATCH',
        path: '/v1/a',
        body: '{"x":null}',
        headers: { 'Content-Type': 'application/merge-patch+json; v=1' },
      },
      { operation: 'patch', data: { x: null } },
    ],
    ['an encoded path', { path: '/v1/a%2Fb%20c/%C3%A9' }, { path: 'a/b c/é' }],
    ['a plus in a path', { path: '/v1/a+b' }, { path: 'a+b' }],
    ['no token', { path: '/v1/a' }, { credential: NONE } as Partial<CoreRequest>],
    [
      'an empty token',
      { path: '/v1/a', headers: { 'X-Vault-Token': '' } },
      { credential: NONE } as Partial<CoreRequest>,
    ],
    [
      'X-Vault-Token',
      { path: '/v1/a', headers: { 'X-Vault-Token': 'hvs.x' } },
      { credential: { kind: 'token', token: 'hvs.x' } },
    ],
    [
      'Bearer',
      { path: '/v1/a', headers: { Authorization: 'Bearer hvs.y' } },
      { credential: { kind: 'token', token: 'hvs.y' } },
    ],
    [
      'X-Vault-Token before Bearer',
      { path: '/v1/a', headers: { Authorization: 'Bearer b', 'X-Vault-Token': 'a' } },
      { credential: { kind: 'token', token: 'a' } },
    ],
    ['an empty namespace', { path: '/v1/a', headers: { 'X-Vault-Namespace': '' } }, { path: 'a' }],
    ['the root namespace', { path: '/v1/a', headers: { 'X-Vault-Namespace': 'root/' } }, { path: 'a' }],
    ['X-Vault-Request', { path: '/v1/a', headers: { 'X-Vault-Request': 'true' } }, { origin: 'http' }],
    [
      'a name that JavaScript knows',
      { method: 'POST', path: '/v1/a?constructor=1', body: '{"x":1}' },
      { data: { constructor: '1', x: 1 } },
    ],
    [
      'numbers that a double keeps',
      {
        method: 'POST',
        path: '/v1/a',
        body: '{"x":[9007199254740991,0.1,-1e5,0.1234567890123456,1.0]}',
      },
      { data: { x: [9007199254740991, 0.1, -1e5, 0.1234567890123456, 1] } },
    ],
  ])('%s', async (_what, options, expected) => {
    expect(await reached(options)).toMatchObject(expected);
  });

  test('a body cannot reach the prototype of what core gets', async () => {
    const request = await reached({ method: 'POST', path: '/v1/a', body: '{"__proto__":{"admin":true}}' });
    expect(request?.data['admin']).toBeUndefined();
    expect(Object.getPrototypeOf(request?.data)).toBe(Object.prototype);
  });
});

describe('what is not of the dialect is refused in Vault’s words and does not reach core', () => {
  const json = (body: string): AskOptions => ({ method: 'POST', path: '/v1/a', body });
  test.each<[string, AskOptions, number, string | undefined]>([
    ['an unknown verb', { method: 'PROPFIND', path: '/v1/a' }, 405, 'unsupported operation'],
    ['a verb that the parser does not know', { method: 'FOO', path: '/v1/a' }, 405, 'unsupported operation'],
    ['LINK, which LIST becomes inside', { method: 'LINK', path: '/v1/a' }, 405, 'unsupported operation'],
    ['OPTIONS: no page may ask', { method: 'OPTIONS', path: '/v1/a' }, 405, 'unsupported operation'],
    ['HEAD of anything but health', { method: 'HEAD', path: '/v1/a' }, 405, undefined],
    ['a list flag that is none', { path: '/v1/a?list=yes' }, 400, 'a flag must be true or false'],
    [
      'another namespace',
      { path: '/v1/a', headers: { 'X-Vault-Namespace': 'team' } },
      404,
      'namespace not found',
    ],
    ['a parent reference', { path: '/v1/a/../b' }, 400, 'path cannot contain parent references'],
    ['an encoded parent reference', { path: '/v1/a/%2e%2e/b' }, 400, 'path cannot contain parent references'],
    ['a write to a folder', { method: 'POST', path: '/v1/a/' }, 400, "cannot write to a path ending in '/'"],
    ['a broken escape', { path: '/v1/a%zz' }, 400, 'the address is not percent-encoded UTF-8'],
    ['a broken escape in the query', { path: '/v1/a?x=%f' }, 400, 'the address is not percent-encoded UTF-8'],
    ['a control character', { path: '/v1/a%00b' }, 400, 'path cannot contain control characters'],
    ['malformed JSON', json('{"x":'), 400, 'error parsing JSON'],
    ['a list as a body', json('[1]'), 400, 'error parsing JSON'],
    ['a text as a body', json('"x"'), 400, 'error parsing JSON'],
    [
      'bytes that are not UTF-8',
      { method: 'POST', path: '/v1/a', body: Buffer.from([0x7b, 0xff, 0x7d]) },
      400,
      'error parsing JSON',
    ],
    [
      'JSON that is too deep',
      json(`{"x":${'['.repeat(100)}${']'.repeat(100)}}`),
      400,
      'the JSON is nested too deeply',
    ],
    [
      'a number that would be stored as another',
      json('{"x":12345678901234567890}'),
      400,
      'a number cannot be kept exactly: send it as a string',
    ],
    [
      'a number that is too large',
      json('{"x":1e999}'),
      400,
      'a number cannot be kept exactly: send it as a string',
    ],
    [
      'a number that would become 0',
      json('{"x":1e-999}'),
      400,
      'a number cannot be kept exactly: send it as a string',
    ],
    [
      'a patch of another type',
      { method: 'PATCH', path: '/v1/a', body: '{}' },
      415,
      'PATCH requires Content-Type of application/merge-patch+json',
    ],
    [
      'a compressed body',
      { ...json('{}'), headers: { 'Content-Encoding': 'gzip' } },
      415,
      'That content type is not supported here.',
    ],
    [
      'a wrap that lasts for nobody knows how long',
      { path: '/v1/a', headers: { 'X-Vault-Wrap-TTL': 'soon' } },
      400,
      'that is not a duration: use seconds, or a form such as 1h30m',
    ],
    [
      'a wrap that has ended already',
      { path: '/v1/a', headers: { 'X-Vault-Wrap-TTL': '-5s' } },
      400,
      'requested wrap ttl cannot be negative',
    ],
    ['too long an address', { path: `/v1/${'a'.repeat(9000)}` }, 400, 'the address is too long'],
    [
      'too many parameters',
      { path: `/v1/a?${Array.from({ length: 101 }, (_, i) => `p${i}`).join('&')}` },
      400,
      'too many parameters',
    ],
    [
      'too many headers',
      { path: '/v1/a', headers: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`h${i}`, 'x'])) },
      400,
      'too many headers',
    ],
    [
      'headers that are too large',
      { path: '/v1/a', headers: { h: 'x'.repeat(17_000) } },
      431,
      'The request is too large.',
    ],
  ])('%s', async (_what, options, status, words) => {
    door.asked.length = 0;
    const reply = await door.ask(options);
    expect(reply.status).toBe(status);
    if (words !== undefined) expect(reply.text).toBe(JSON.stringify({ errors: [words] }));
    expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(door.asked).toEqual([]);
  });

  test.each(['/', '/ui/', '/v1', '/v2/a', '/%76%32/a'])(
    '%s, where nothing is, gets 404 without words',
    async (path) => {
      expect(await door.ask({ path })).toMatchObject({ status: 404, text: '{"errors":[]}' });
    },
  );

  test('a body of more than 32 MiB is refused, announced or not', async () => {
    const size = 32 * 1024 * 1024 + 1;
    const announced = await door.raw(
      `POST /v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n{`,
    );
    expect(announced).toMatch(/^HTTP\/1.1 413 /);
    const big = Buffer.alloc(size, ' ');
    expect((await door.ask({ method: 'POST', path: '/v1/a', body: big })).status).toBe(413);
    expect(door.asked).toEqual([]);
  });
});
