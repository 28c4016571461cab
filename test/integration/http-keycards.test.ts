import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerPlainly, type HttpsUpstream, startHttpsUpstream } from '../support/https-upstream.ts';
import { type KwHome, makeKwHome, type ServedKw } from '../support/kw.ts';

const ROOT = 'root';
const KEY = 'sk-live-the-real-key/that+never=leaves';
const MEGABYTE = 1024 * 1024;

let home: KwHome;
let served: ServedKw;
let upstream: HttpsUpstream;

beforeAll(async () => {
  home = makeKwHome();
  // Some machines have it set; an upstream's certificate is checked all the same.
  home.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  [served, upstream] = await Promise.all([
    home.serve(['--dev', '--dev-root-token-id', ROOT, '--listen', '127.0.0.1:0']),
    startHttpsUpstream(),
  ]);
  await vault('POST', 'sys/mounts/api', { type: 'http' });
  await vault('POST', 'api/config/pay', { base_url: `${upstream.url}/v2`, key: KEY, ca: upstream.ca });
  await vault('POST', 'api/roles/pay', {
    upstream: 'pay',
    allowed_methods: 'GET,HEAD,POST,PUT',
    allowed_paths: ['charges', 'charges/*', 'files/+', 'old'],
    ttl: '10m',
    max_ttl: '1h',
  });
  await vault('PUT', 'sys/policies/acl/shop', {
    policy: `path "api/creds/pay" { capabilities = ["read"] }
             path "api/proxy/pay/*" { capabilities = ["read", "update"] }`,
  });
});
beforeEach(() => {
  upstream.answer = answerPlainly;
  upstream.seen.length = 0;
});
afterAll(async () => {
  await home.remove();
  await upstream.close();
});

// biome-ignore lint/suspicious/noExplicitAny: Vault's envelope
async function vault(method: string, path: string, body?: unknown, token = ROOT): Promise<any> {
  const response = await fetch(`${served.address}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': token },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

interface Keycard {
  readonly key: string;
  readonly lease: string;
  readonly base: string;
}

async function shopToken(more: object = {}): Promise<string> {
  return (await vault('POST', 'auth/token/create', { policies: ['shop'], ...more })).auth.client_token;
}

async function keycard({ role = 'pay', query = '' } = {}): Promise<Keycard> {
  const issued = await vault('GET', `api/creds/${role}${query}`, undefined, await shopToken());
  return {
    key: issued.data.api_key,
    lease: issued.lease_id,
    base: `${served.address}${issued.data.base_path}`,
  };
}

function bearer({ key }: Keycard): Record<string, string> {
  return { Authorization: `Bearer ${key}` };
}

/** Asks over a bare socket: what a well-behaved client would never send. */
async function raw(lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(served.address);
  const socket = connect(Number(port), hostname);
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

function open(card: Keycard, path: string, options: object = {}): ClientRequest {
  return request(`${card.base}${path}`, { headers: bearer(card), ...options });
}

/** Memory of the serving process, in bytes. */
function residentMemory(): number {
  const status = readFileSync(`/proc/${served.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Runs work while watching the memory, and returns by how much it grew at most. */
async function growthDuring(work: Promise<unknown>): Promise<number> {
  const before = residentMemory();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, residentMemory());
  }, 20);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
  return most - before;
}

describe('a keycard for an upstream', () => {
  test('is a lease that needs Keywarden, and opens the proxy as the upstream’s own key would', async () => {
    const card = await keycard();
    const response = await fetch(`${card.base}charges?limit=3`, { headers: bearer(card) });
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    const [seen] = upstream.seen;
    expect(seen).toMatchObject({ method: 'GET', url: '/v2/charges?limit=3' });
    expect(seen?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'accept-encoding': 'identity' });
    expect(seen?.headers.host).toBe(new URL(upstream.url).host);
    const lease = (await vault('PUT', 'sys/leases/lookup', { lease_id: card.lease })).data;
    expect(lease).toMatchObject({ state: 'active', promise: 'needs-keywarden' });
  });

  test.each([
    ['X-Vault-Token', (key: string) => ({ 'X-Vault-Token': key })],
    ['a header of the upstream’s own', (key: string) => ({ 'X-Api-Key': key })],
    ['Authorization with another scheme', (key: string) => ({ Authorization: `token ${key}` })],
    [
      'basic authentication',
      (key: string) => ({ Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` }),
    ],
  ])('is taken in %s, and goes no further', async (_where, headers) => {
    const card = await keycard();
    const response = await fetch(`${card.base}charges`, { headers: headers(card.key) });
    expect(response.status).toBe(200);
    expect(JSON.stringify(upstream.seen[0]?.rawHeaders)).not.toContain('hvk.');
    expect(upstream.seen[0]?.headers['x-vault-token']).toBeUndefined();
  });

  test('is taken in the query, where the upstream’s own key goes there', async () => {
    await vault('POST', 'api/config/maps', {
      base_url: upstream.url,
      key: KEY,
      ca: upstream.ca,
      auth: 'query',
      query_parameter: 'key',
    });
    await vault('POST', 'api/roles/maps', { upstream: 'maps', allowed_paths: '*' });
    const issued = await vault('GET', 'api/creds/maps');
    const url = `${served.address}${issued.data.base_path}place?q=a%2Fb&key=${issued.data.api_key}`;
    expect((await fetch(url)).status).toBe(200);
    expect(upstream.seen[0]?.url).toBe(`/place?q=a%2Fb&key=${encodeURIComponent(KEY)}`);
    expect(upstream.seen[0]?.headers.authorization).toBeUndefined();
  });

  test('opens nothing without it, and nothing else with it', async () => {
    const card = await keycard();
    const status = async (url: string, init: RequestInit = {}) => (await fetch(url, init)).status;
    expect(await status(`${card.base}charges`)).toBe(403);
    expect(await status(`${card.base}charges`, { headers: { 'X-Vault-Token': ROOT } })).toBe(403);
    const wrong = { ...card, key: card.key.slice(0, -1) + (card.key.endsWith('a') ? 'b' : 'a') };
    expect(await status(`${card.base}charges`, { headers: bearer(wrong) })).toBe(403);
    for (const path of ['auth/token/lookup-self', 'secret/data/x', 'api/creds/pay', 'api/config/pay']) {
      expect(await status(`${served.address}/v1/${path}`, { headers: bearer(card) })).toBe(403);
    }
    expect(upstream.seen).toEqual([]);
  });

  test('is answered where nothing is forwarded: on what needs no credential', async () => {
    const card = await keycard();
    for (const key of [card.key, `hvk.${'0'.repeat(32)}${'a'.repeat(32)}`]) {
      const response = await fetch(`${served.address}/v1/sys/internal/ui/mounts`, {
        headers: { Authorization: `Bearer ${key}` },
        signal: AbortSignal.timeout(5000),
      });
      expect([response.status, await response.json()]).toMatchObject([200, { data: {} }]);
    }
  });

  test('is refused another host, method and path than its role and its policies allow', async () => {
    const card = await keycard();
    const answers = async (path: string, method = 'GET') =>
      (await fetch(`${card.base}${path}`, { method, headers: bearer(card) })).status;
    expect(await answers('charges', 'DELETE')).toBe(403);
    expect(await answers('charges', 'PATCH')).toBe(403);
    expect(await answers('refunds')).toBe(403);
    expect(await answers('files/a/b')).toBe(403);
    expect(await answers('charges?a=1&%5Fmethod=DELETE', 'POST')).toBe(403);
    expect(await answers('charges/..%2frefunds')).toBe(400);
    expect(await answers('charges%2frefunds')).toBe(400);
    // Allowed by the role, denied by the token's policies.
    await vault('POST', 'api/roles/wide', { upstream: 'pay', allowed_methods: 'DELETE', allowed_paths: '*' });
    await vault('PUT', 'sys/policies/acl/wide', {
      policy: `path "api/creds/wide" { capabilities = ["read"] }
      path "api/proxy/pay/*" { capabilities = ["read"] }`,
    });
    const { auth } = await vault('POST', 'auth/token/create', { policies: ['wide'] });
    const wide = await vault('GET', 'api/creds/wide', undefined, auth.client_token);
    const denied = await fetch(`${card.base}x`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${wide.data.api_key}` },
    });
    expect(denied.status).toBe(403);
    // Another upstream of the same mount.
    const other = card.base.replace('/pay/', '/maps/');
    expect((await fetch(`${other}charges`, { headers: bearer(card) })).status).toBe(403);

    const { host, pathname } = new URL(card.base);
    const asked = (line: string, named = host) =>
      raw([line, `Host: ${named}`, `Authorization: Bearer ${card.key}`, 'Connection: close']);
    for (const target of [
      `${pathname}../../../x`,
      'http://evil.example.com/v1/api/proxy/pay/charges',
      `${pathname}charges//x`,
      `${pathname}./charges`,
      `${pathname}charges/%252e%252e`,
    ]) {
      expect(await asked(`GET ${target} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 40[0-4]/);
    }
    expect(await asked(`GET ${pathname}charges HTTP/1.1`, 'evil.example.com')).toMatch(/^HTTP\/1\.1 403/);
    expect(upstream.seen).toEqual([]);
  });

  test('is not sent to who has no certificate that the configuration trusts', async () => {
    await vault('POST', 'api/config/strange', { base_url: upstream.url, key: KEY });
    await vault('POST', 'api/roles/strange', { upstream: 'strange', allowed_paths: '*' });
    const issued = await vault('GET', 'api/creds/strange');
    const response = await fetch(`${served.address}${issued.data.base_path}x`, {
      headers: { Authorization: `Bearer ${issued.data.api_key}` },
    });
    expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('SELF_SIGNED')]);
    expect(upstream.seen).toEqual([]);
  });

  test('never shows the key: not in the configuration, nor to whoever moves the upstream', async () => {
    expect(JSON.stringify(await vault('GET', 'api/config/pay'))).not.toContain(KEY);
    await expect(vault('POST', 'api/config/pay', { base_url: 'https://evil.example.com' })).rejects.toThrow(
      'given anew',
    );
    await expect(vault('POST', 'api/config/pay', { ca: '' })).rejects.toThrow('given anew');
    await expect(
      vault('POST', 'api/config/bad', { base_url: 'http://example.com', key: KEY }),
    ).rejects.toThrow('https');
  });
});

describe('an answer', () => {
  test('has the key masked, in headers and across the chunks of the body', async () => {
    const basic = Buffer.from(`x${KEY}y`).toString('base64');
    upstream.answer = (asked, response) => {
      response.writeHead(200, {
        'X-Echo': `you are ${asked.headers.authorization}`,
        'Content-Length': 6 + KEY.length + basic.length,
      });
      const body = `key=${KEY}, ${basic}`;
      const pieces = [body.slice(0, 9), body.slice(9, 25), body.slice(25, 60), body.slice(60)];
      const next = () => {
        const piece = pieces.shift();
        if (piece === undefined) response.end();
        else response.write(piece, () => setImmediate(next));
      };
      next();
    };
    const card = await keycard();
    const response = await fetch(`${card.base}charges`, { headers: bearer(card) });
    expect(response.headers.get('x-echo')).toBe(`you are Bearer ${'*'.repeat(KEY.length)}`);
    const text = await response.text();
    expect(text.startsWith(`key=${'*'.repeat(KEY.length)}, `)).toBe(true);
    expect(text).toHaveLength(6 + KEY.length + basic.length);
    expect(Buffer.from(text.slice(KEY.length + 6).replaceAll('*', 'A'), 'base64').toString()).not.toContain(
      'real',
    );
  });

  test('that is compressed all the same is refused', async () => {
    upstream.answer = (_asked, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      response.end('x');
    };
    const card = await keycard();
    const response = await fetch(`${card.base}charges`, { headers: bearer(card) });
    expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('encoding')]);
  });

  test('that redirects is never followed: within the upstream it stays behind the proxy, elsewhere it is refused', async () => {
    const card = await keycard();
    const towards = async (location: string) => {
      upstream.answer = (_asked, response) => void response.writeHead(302, { Location: location }).end();
      const response = await fetch(`${card.base}old`, { headers: bearer(card), redirect: 'manual' });
      return [response.status, response.headers.get('location')];
    };
    const path = new URL(card.base).pathname;
    expect(await towards(`${upstream.url}/v2/charges?p=2`)).toEqual([302, `${path}charges?p=2`]);
    expect(await towards('/v2/charges')).toEqual([302, `${path}charges`]);
    expect(await towards('/v3/charges')).toEqual([502, null]);
    expect(await towards('https://evil.example.com/v2/charges')).toEqual([502, null]);
    expect(await towards('//evil.example.com/')).toEqual([502, null]);
    expect(upstream.seen).toHaveLength(5);
  });

  test('comes event by event, as the upstream sends it', async () => {
    let say: (text: string) => void = () => {};
    upstream.answer = (_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      say = (text) => void response.write(text);
      response.flushHeaders();
    };
    const card = await keycard();
    const stop = new AbortController();
    const response = await fetch(`${card.base}charges`, { headers: bearer(card), signal: stop.signal });
    const reader = response.body?.getReader();
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      say(event);
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(event);
    }
    stop.abort();
    await expect.poll(() => upstream.open.size).toBe(0);
  });

  test('of an upstream that breaks off is cut off, and not taken for a whole one', async () => {
    upstream.answer = (_asked, response) => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('half', () => response.destroy());
    };
    const card = await keycard();
    await expect(
      fetch(`${card.base}charges`, { headers: bearer(card) }).then((r) => r.text()),
    ).rejects.toThrow();
  });
});

describe('a body of 100 MB', () => {
  const size = 100;

  test('goes up in flat memory', async () => {
    const hash = createHash('sha256');
    let bytes = 0;
    upstream.answer = async (asked, response) => {
      for await (const chunk of asked) {
        hash.update(chunk as Buffer);
        bytes += (chunk as Buffer).length;
      }
      response.end('{}');
    };
    const card = await keycard();
    const block = randomBytes(MEGABYTE);
    const wanted = createHash('sha256');
    const source = Readable.from(
      (function* () {
        for (let at = 0; at < size; at += 1) {
          wanted.update(block);
          yield block;
        }
      })(),
    );
    const asked = open(card, 'files/big', { method: 'PUT' });
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
    const grown = await growthDuring(pipeline(source, asked).then(() => answered));
    expect((await answered)[0].statusCode).toBe(200);
    expect(bytes).toBe(size * MEGABYTE);
    expect(hash.digest('hex')).toBe(wanted.digest('hex'));
    console.log(`upload of ${size} MB: memory grew by ${(grown / MEGABYTE).toFixed(1)} MB`);
    expect(grown).toBeLessThan(48 * MEGABYTE);
  });

  test('comes down in flat memory, also to who reads slowly', async () => {
    const block = randomBytes(MEGABYTE);
    let produced = 0;
    upstream.answer = (_asked, response) => {
      response.writeHead(200, { 'Content-Length': size * MEGABYTE });
      const source = Readable.from(
        (function* () {
          for (let at = 0; at < size; at += 1) {
            produced += 1;
            yield block;
          }
        })(),
      );
      pipeline(source, response).catch(() => {});
    };
    const card = await keycard();
    const asked = open(card, 'files/big');
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    // Nobody reads for a while: the upstream must be held back, not stored.
    await expect
      .poll(async () => {
        const before = produced;
        await after(200);
        return produced - before;
      })
      .toBe(0);
    expect(produced).toBeLessThan(size / 2);
    let bytes = 0;
    const grown = await growthDuring(
      (async () => {
        for await (const chunk of answer) bytes += (chunk as Buffer).length;
      })(),
    );
    expect(bytes).toBe(size * MEGABYTE);
    console.log(`download of ${size} MB: memory grew by ${(grown / MEGABYTE).toFixed(1)} MB`);
    expect(grown).toBeLessThan(48 * MEGABYTE);
  });
});

describe('the end of a lease', () => {
  /** An answer that goes on until somebody ends it; resolves with the milliseconds from `end` to the cut, at both sides. */
  async function cutAfter(card: Keycard, end: () => Promise<unknown>): Promise<number> {
    upstream.answer = (_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: open\n\n');
    };
    const response = await fetch(`${card.base}charges`, { headers: bearer(card) });
    const reader = response.body?.getReader();
    await reader?.read();
    const from = performance.now();
    await end();
    await expect(reader?.read()).rejects.toThrow();
    await expect.poll(() => upstream.open.size, { interval: 10 }).toBe(0);
    const took = performance.now() - from;
    upstream.answer = answerPlainly;
    expect((await fetch(`${card.base}charges`, { headers: bearer(card) })).status).toBe(403);
    return took;
  }

  test('by revocation cuts its streams within a second, at both sides, and is proven', async () => {
    const card = await keycard();
    const took = await cutAfter(card, () =>
      vault('PUT', 'sys/leases/revoke', { lease_id: card.lease, sync: true }),
    );
    expect(took).toBeLessThan(1000);
    const { data } = await vault('GET', `sys/internal/leases?lease_id=${encodeURIComponent(card.lease)}`);
    expect(data.leases[0]).toMatchObject({ state: 'dead', proof: ['keycard refused', 'no open stream'] });
  });

  test('by time cuts its streams within a second', async () => {
    const card = await keycard({ query: '?ttl=2' });
    const { data } = await vault('PUT', 'sys/leases/lookup', { lease_id: card.lease });
    const left = Date.parse(data.expire_time) - Date.now();
    expect(await cutAfter(card, async () => {})).toBeLessThan(left + 1000);
  });

  test('by the end of its token cuts its streams', async () => {
    const token = await shopToken();
    const issued = await vault('GET', 'api/creds/pay', undefined, token);
    const card = {
      key: issued.data.api_key,
      lease: issued.lease_id,
      base: `${served.address}${issued.data.base_path}`,
    };
    expect(await cutAfter(card, () => vault('POST', 'auth/token/revoke', { token }))).toBeLessThan(1000);
  });

  test('is waited for by the last use of its token, whatever else is written meanwhile', async () => {
    const token = await shopToken({ num_uses: 2 });
    const issued = await vault('GET', 'api/creds/pay', undefined, token);
    let say: (text: string) => void = () => {};
    upstream.answer = (_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      say = (text) => void response.write(text);
      say('data: 1');
    };
    const url = `${served.address}${issued.data.base_path}charges`;
    const response = await fetch(url, { headers: { Authorization: `Bearer ${issued.data.api_key}` } });
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    await reader?.read();
    await vault('PUT', 'sys/policies/acl/other', { policy: 'path "x" { capabilities = ["read"] }' });
    // Turns take turns: whoever looks whether the stream is still allowed has looked by now.
    await vault('GET', 'sys/policies/acl/other');
    say('data: 2');
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 2');
    await reader?.cancel();
  });

  test('is not waited for when the role or a policy takes back what it allowed', async () => {
    await vault('POST', 'api/roles/brief', { upstream: 'pay', allowed_paths: '*' });
    const issued = await vault('GET', 'api/creds/brief');
    const card = {
      key: issued.data.api_key,
      lease: issued.lease_id,
      base: `${served.address}${issued.data.base_path}`,
    };
    expect(
      await cutAfter(card, () => vault('POST', 'api/roles/brief', { allowed_paths: 'other' })),
    ).toBeLessThan(1000);
    await vault('POST', 'api/roles/brief', { allowed_paths: '*' });
    expect((await fetch(`${card.base}charges`, { headers: bearer(card) })).status).toBe(200);
    await vault('DELETE', 'api/roles/brief');
    expect((await fetch(`${card.base}charges`, { headers: bearer(card) })).status).toBe(403);
  });
});

describe('an upstream that is configured anew', () => {
  const OTHER = 'sk-live-another-key-of-the-upstream';

  /** A stream through an upstream of its own, and what writes more of it. */
  async function streaming(name: string) {
    await vault('POST', `api/config/${name}`, { base_url: upstream.url, key: KEY, ca: upstream.ca });
    await vault('POST', `api/roles/${name}`, { upstream: name, allowed_paths: '*' });
    let say: (text: string) => void = () => {};
    upstream.answer = (_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      say = (text) => void response.write(text);
      say('data: 1');
    };
    const card = await keycardOf(name);
    const response = await fetch(`${card.base}x`, { headers: bearer(card) });
    const reader = response.body?.getReader();
    const read = async () => Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(await read()).toBe('data: 1');
    return { card, read, say: (text: string) => say(text), end: () => reader?.cancel() };
  }

  async function keycardOf(role: string): Promise<Keycard> {
    const issued = await vault('GET', `api/creds/${role}`);
    return {
      key: issued.data.api_key,
      lease: issued.lease_id,
      base: `${served.address}${issued.data.base_path}`,
    };
  }

  test('cuts nothing where its limits alone are others, also once somebody else asks', async () => {
    const { card, read, say, end } = await streaming('limits');
    for (const more of [
      { max_connections: 7, idle_timeout: '10m' },
      { key: KEY, max_connections: 9 },
    ]) {
      await vault('POST', 'api/config/limits', more);
      const answer = upstream.answer;
      upstream.answer = answerPlainly;
      const other = await fetch(`${card.base}y`, { headers: bearer(card) });
      expect([other.status, await other.json()]).toEqual([200, { ok: true }]);
      upstream.answer = answer;
      say('data: more');
      expect(await read()).toBe('data: more');
    }
    expect((await vault('GET', 'api/config/limits')).data).toMatchObject({
      max_connections: 9,
      idle_timeout: 600,
    });
    await end();
  });

  test.each([
    ['its key', { key: OTHER }],
    ['where its key goes', { header: 'X-Api-Key' }],
    ['whom it trusts', { ca: '', key: KEY }],
    ['its address', { base_url: 'https://127.0.0.1:1/', key: KEY }],
  ])('cuts what is open within a second where %s is another', async (what, change) => {
    const name = `cut-${what.split(' ').at(-1)}`;
    const { read } = await streaming(name);
    const from = performance.now();
    await vault('POST', `api/config/${name}`, change);
    await expect(read()).rejects.toThrow();
    await expect.poll(() => upstream.open.size, { interval: 10 }).toBe(0);
    expect(performance.now() - from).toBeLessThan(1000);
  });

  test('is reached with the new key from then on, by the same keycard', async () => {
    const { card, end } = await streaming('rotated');
    await vault('POST', 'api/config/rotated', { key: OTHER });
    await end()?.catch(() => undefined);
    upstream.answer = answerPlainly;
    expect((await fetch(`${card.base}x`, { headers: bearer(card) })).status).toBe(200);
    expect(upstream.seen.at(-1)?.headers.authorization).toBe(`Bearer ${OTHER}`);
  });
});

test('an upstream has no more connections at once than it is allowed', async () => {
  await vault('POST', 'api/config/narrow', {
    base_url: upstream.url,
    key: KEY,
    ca: upstream.ca,
    max_connections: 2,
  });
  await vault('POST', 'api/roles/narrow', { upstream: 'narrow', allowed_paths: '*' });
  const issued = await vault('GET', 'api/creds/narrow');
  const url = `${served.address}${issued.data.base_path}x`;
  const headers = { Authorization: `Bearer ${issued.data.api_key}` };
  const held: (() => void)[] = [];
  upstream.answer = (_asked, response) => void held.push(() => void response.end('{}'));
  const waiting = [fetch(url, { headers }), fetch(url, { headers })];
  await expect.poll(() => held.length).toBe(2);
  expect((await fetch(url, { headers })).status).toBe(429);
  for (const let_ of held) let_();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
});
