import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpEngine } from '../../electron/engines/http/http-engine.ts';
import { kvEngine } from '../../electron/engines/kv/kv-engine.ts';
import { answerPlainly, type HttpsUpstream, startHttpsUpstream } from '../support/https-upstream.ts';
import { type ServedVault, serveMemoryVault } from './broker-over-memory.ts';

let served: ServedVault;
let upstream: HttpsUpstream;

beforeAll(async () => {
  [served, upstream] = await Promise.all([serveMemoryVault([kvEngine, httpEngine]), startHttpsUpstream()]);
  await ask('POST', 'sys/mounts/api', { type: 'http' });
  await ask('POST', 'api/config/pay', { base_url: upstream.url, key: 'sk-the-real-key', ca: upstream.ca });
  await ask('POST', 'api/roles/pay', { upstream: 'pay', allowed_methods: 'GET,POST', allowed_paths: '*' });
});
afterAll(async () => {
  await served.close();
  await upstream.close();
});

// biome-ignore lint/suspicious/noExplicitAny: Vault's envelope
async function ask(method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(`${served.address}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': served.rootToken },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text === '' ? undefined : JSON.parse(text);
}

function recordsOf(path: string) {
  return served.records
    .filter((record) => record.path === path)
    .map(({ outcome, operation, actor, changes }) => ({
      outcome,
      operation,
      actor: actor.name,
      changes: changes.filter(({ type }) => type.startsWith('leases/')),
    }));
}

async function keycard(): Promise<{ key: string; id: string; base: string }> {
  const { data, lease_id } = await ask('GET', 'api/creds/pay');
  return { key: data.api_key, id: lease_id, base: `${served.address}${data.base_path}` };
}

test('a request is recorded before the upstream hears of it, and again when its answer is through', async () => {
  const { key, id, base } = await keycard();
  let recordedByThen: ReturnType<typeof recordsOf> = [];
  upstream.answer = (request, response) => {
    recordedByThen = recordsOf('api/proxy/pay/charges');
    answerPlainly(request, response);
  };
  const body = 'x'.repeat(1000);
  const headers = { Authorization: `Bearer ${key}` };
  expect((await fetch(`${base}charges?secret=1`, { method: 'POST', headers, body })).status).toBe(200);
  const started = {
    outcome: 'started',
    operation: 'update',
    actor: 'root',
    changes: [{ type: 'leases/forward-started@1', data: { id, method: 'POST' } }],
  };
  expect(recordedByThen).toEqual([started]);
  await expect.poll(() => recordsOf('api/proxy/pay/charges').length).toBe(2);
  const ended = { type: 'leases/forward-ended@1', data: { id, status: 200, sent: 1000, received: 11 } };
  expect(recordsOf('api/proxy/pay/charges')).toEqual([
    started,
    { ...started, outcome: 'ok', changes: [ended] },
  ]);
  const told = JSON.stringify(served.records);
  for (const secret of ['sk-the-real-key', key, 'secret=1']) expect(told).not.toContain(secret);
});

test('what is refused, broken off or cut is recorded as that', async () => {
  const { key, id, base } = await keycard();
  const headers = { Authorization: `Bearer ${key}` };
  await fetch(`${base}never`, { method: 'DELETE', headers });
  expect(recordsOf('api/proxy/pay/never')).toMatchObject([{ outcome: 'policy-denied' }]);

  upstream.answer = (_request, response) => void response.destroy();
  expect((await fetch(`${base}broken`, { headers })).status).toBe(502);
  await expect
    .poll(() => recordsOf('api/proxy/pay/broken'))
    .toMatchObject([{ outcome: 'started' }, { outcome: 'upstream-failed' }]);

  upstream.answer = (_request, response) => void response.writeHead(200).write('12345');
  const open = await fetch(`${base}stream`, { headers });
  await ask('PUT', 'sys/leases/revoke', { lease_id: id, sync: true });
  await expect(open.text()).rejects.toThrow();
  await expect
    .poll(() => recordsOf('api/proxy/pay/stream'))
    .toMatchObject([
      { outcome: 'started' },
      { outcome: 'permission-denied', changes: [{ data: { id, status: 200, sent: 0, received: 5 } }] },
    ]);
});
