import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { LIMITS } from '../../electron/broker/limits.ts';
import { type ServedVault, serveMemoryVault } from './broker-over-memory.ts';

let served: ServedVault;
beforeAll(async () => {
  served = await serveMemoryVault();
});
afterAll(() => served.close());

interface Told {
  readonly status: number;
  readonly index: number;
  readonly data: Record<string, unknown> | undefined;
}

async function ask(method: string, path: string, body?: unknown, token = served.rootToken): Promise<Told> {
  const reply = await fetch(`${served.address}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': token },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  const index = Number(reply.headers.get('x-keywarden-index') ?? Number.NaN);
  return { status: reply.status, index, data: text === '' ? undefined : JSON.parse(text).data };
}
const write = (path: string, value: string) => ask('POST', `secret/data/${path}`, { data: { value } });

/** A token with exactly this policy. */
async function tokenWith(name: string, policy: string): Promise<string> {
  await ask('PUT', `sys/policies/acl/${name}`, { policy });
  const reply = await fetch(`${served.address}/v1/auth/token/create`, {
    method: 'POST',
    headers: { 'X-Vault-Token': served.rootToken },
    body: JSON.stringify({ policies: [name] }),
  });
  return (await reply.json()).auth.client_token;
}

/** True until the promise has settled. */
async function isPending(work: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  // Once around the loop of the broker: a read of something else is answered meanwhile.
  await ask('GET', 'sys/mounts');
  return (await Promise.race([work, pending])) === pending;
}

describe('a read that waits', () => {
  test('is answered at once with what the client has not seen', async () => {
    await write('fresh', '1');
    const first = await ask('GET', 'secret/data/fresh?index=0&wait=30s');
    expect(first).toMatchObject({ status: 200, data: { data: { value: '1' } } });
    expect(first.index).toBeGreaterThan(0);
  });

  test('returns within a second of a write', async () => {
    await write('watched', 'old');
    const { index } = await ask('GET', 'secret/data/watched?index=0');
    const waiting = ask('GET', `secret/data/watched?index=${index}&wait=30s`);
    expect(await isPending(waiting)).toBe(true);
    await write('another', 'does not matter');
    expect(await isPending(waiting)).toBe(true);
    const written = performance.now();
    await write('watched', 'new');
    expect(await waiting).toMatchObject({ status: 200, data: { data: { value: 'new' } } });
    expect(performance.now() - written).toBeLessThan(1000);
    expect((await waiting).index).toBeGreaterThan(index);
  });

  test('hears of a version that is deleted, undeleted or destroyed too', async () => {
    await write('versions', '1');
    for (const [path, status] of [
      ['secret/delete/versions', 404],
      ['secret/undelete/versions', 200],
      ['secret/destroy/versions', 404],
    ] as const) {
      const { index } = await ask('GET', 'secret/data/versions?index=0');
      const waiting = ask('GET', `secret/data/versions?index=${index}&wait=30s`);
      expect(await isPending(waiting)).toBe(true);
      await ask('POST', path, { versions: [1] });
      expect((await waiting).status).toBe(status);
    }
  });

  test('ends with 304 when nothing has changed for so long', async () => {
    await write('quiet', '1');
    const { index } = await ask('GET', 'secret/data/quiet?index=0');
    expect(await ask('GET', `secret/data/quiet?index=${index}&wait=1ms`)).toMatchObject({
      status: 304,
      index,
    });
  });

  test('does not wait for an index that only another ledger has come to', async () => {
    await write('restored', '1');
    expect((await ask('GET', 'secret/data/restored?index=999999&wait=30s')).status).toBe(200);
  });

  test('is refused at once to whoever may not read there', async () => {
    const poor = await tokenWith('poor', 'path "secret/data/poor" { capabilities = ["read"] }');
    const { index } = await ask('GET', 'secret/data/watched?index=0');
    expect((await ask('GET', `secret/data/watched?index=${index}&wait=30s`, undefined, poor)).status).toBe(
      403,
    );
    expect((await ask('GET', 'secret/data/poor?index=x&wait=30s', undefined, poor)).status).toBe(400);
  });
});

describe('events as they come', () => {
  async function follow(token: string): Promise<{ text(): string; response: IncomingMessage }> {
    const asked = request(`${served.address}/v1/sys/events/subscribe`, {
      headers: { 'X-Vault-Token': token },
    });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    return { text: () => text, response };
  }

  test('tell what has changed, and only what the token may read', async () => {
    const reader = await tokenWith(
      'reader',
      'path "sys/events/subscribe" { capabilities = ["read"] } path "secret/data/team/*" { capabilities = ["read"] }',
    );
    const { text, response } = await follow(reader);
    expect(response.headers['content-type']).toBe('text/event-stream');
    await write('hidden/app', '1');
    await write('team/app', 'never in an event');
    await ask('POST', 'secret/delete/team/app', { versions: [1] });
    await vi.waitFor(() => expect(text().match(/^event: change$/gm)).toHaveLength(2));
    expect(text()).toContain('"path":"secret/delete/team/app","subject":"secret/data/team/app"');
    expect(text()).not.toMatch(/hidden|never in an event/);
    response.destroy();
  });

  test('end with the token', async () => {
    const reader = await tokenWith('ending', 'path "sys/events/subscribe" { capabilities = ["read"] }');
    const { response } = await follow(reader);
    const ended = once(response, 'end');
    await ask('POST', 'auth/token/revoke', { token: reader });
    await ended;
  });

  test('end for a token that may not follow any more', async () => {
    const readable = 'path "secret/data/still" { capabilities = ["read"] }';
    const following = 'path "sys/events/subscribe" { capabilities = ["read"] }';
    const { text, response } = await follow(await tokenWith('once-following', `${readable} ${following}`));
    const ended = once(response, 'end');
    await write('still', 'told');
    await vi.waitFor(() => expect(text()).toContain('"subject":"secret/data/still"'));
    await ask('PUT', 'sys/policies/acl/once-following', { policy: readable });
    await ended;
  });

  test('are refused to a token that may not follow', async () => {
    const poor = await tokenWith('poor', 'path "secret/data/poor" { capabilities = ["read"] }');
    const { response } = await follow(poor);
    expect(response.statusCode).toBe(403);
  });
});

describe('SECURITY(B3): places to wait', () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  /** Begins to wait, and resolves once the broker has begun to, with 200, or has refused. */
  async function waits(token: string): Promise<number | undefined> {
    const asked = request(`${served.address}/v1/sys/events/subscribe`, {
      headers: { 'X-Vault-Token': token },
      agent: false,
    });
    ends.push(() => asked.destroy());
    asked.on('error', () => undefined).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  }

  test('are shared: who takes its own, by whatever child token, leaves those of others', async () => {
    const greedy = await tokenWith(
      'greedy',
      `path "sys/events/subscribe" { capabilities = ["read"] }
       path "auth/token/create" { capabilities = ["update"] }`,
    );
    const made = await fetch(`${served.address}/v1/auth/token/create`, {
      method: 'POST',
      headers: { 'X-Vault-Token': greedy },
      body: '{}',
    });
    const child = (await made.json()).auth.client_token;
    const half = LIMITS.waitingEach / 2;
    for (const token of [greedy, child]) {
      const statuses = await Promise.all(Array.from({ length: half }, () => waits(token)));
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
    expect([await waits(greedy), await waits(child)]).toEqual([429, 429]);
    const refused = await fetch(`${served.address}/v1/sys/events/subscribe`, {
      headers: { 'X-Vault-Token': greedy },
    });
    expect(refused.headers.get('x-keywarden-error')).toBe('too-many-requests');
    expect(await refused.text()).toContain('of yours wait already');
    const other = await tokenWith('modest', 'path "sys/events/subscribe" { capabilities = ["read"] }');
    expect(await waits(other)).toBe(200);
    // A place is free again once its client has gone.
    ends.shift()?.();
    await vi.waitFor(async () => expect(await waits(greedy)).toBe(200));
  });
});

test('a broker that closes keeps nobody waiting', async () => {
  const own = await serveMemoryVault();
  const headers = { 'X-Vault-Token': own.rootToken };
  const waiting = fetch(`${own.address}/v1/sys/mounts?index=99&wait=5m`, { headers });
  const stream = await fetch(`${own.address}/v1/sys/events/subscribe`, { headers });
  const index = (await fetch(`${own.address}/v1/sys/mounts?index=0`, { headers })).headers.get(
    'x-keywarden-index',
  );
  expect((await waiting).status).toBe(200);
  const second = fetch(`${own.address}/v1/sys/mounts?index=${index}&wait=5m`, { headers });
  await fetch(`${own.address}/v1/sys/mounts`, { headers });
  await own.close();
  expect((await second).status).toBe(304);
  await stream.text();
});
