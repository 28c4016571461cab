import { beforeEach, describe, expect, test } from 'vitest';
import { type CoreWorld, expectNowhere, openCoreWorld, rest } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

describe('what a request is refused with', () => {
  test.each([
    ['no token', 'none', 'read', 'secret/data/x', 'permission-denied: Permission denied.'],
    ['no token, no mount', 'none', 'read', 'nothing/x', 'permission-denied: Permission denied.'],
    ['an unknown token', 'hvs.unknown', 'read', 'secret/data/x', 'permission-denied: Permission denied.'],
    ['no policy', 'app', 'read', 'secret/data/other', 'policy-denied: No policy allows this.'],
    ['no policy, no mount', 'app', 'read', 'nothing/x', 'policy-denied: No policy allows this.'],
    [
      'no mount',
      'root',
      'read',
      'nothing/x',
      'no-route: no handler for route "nothing/x". route entry not found.',
    ],
    ['no such path', 'root', 'read', 'sys/nothing', 'no-route: 1 error occurred:\n\t* unsupported path\n\n'],
    [
      'no such operation',
      'root',
      'delete',
      'sys/policy',
      'unsupported-operation: That operation is not supported here.',
    ],
    [
      'a parent reference',
      'root',
      'read',
      'secret/data/../x',
      'invalid-request: path cannot contain parent references',
    ],
    [
      'a control character',
      'root',
      'read',
      'secret/data/a\u0007',
      'invalid-request: path cannot contain non-printable characters',
    ],
    [
      'a write to a folder',
      'root',
      'update',
      'secret/data/a/',
      "invalid-request: cannot write to a path ending in '/'",
    ],
  ] as const)('%s', async (_name, who, operation, path, words) => {
    const app = await world.tokenFor('path "secret/data/app" { capabilities = ["read"] }');
    const token = { none: '', app, root: world.root }[who as string] ?? who;
    expect(await world.refusal(token, operation, path)).toBe(words);
  });

  test('sudo is asked for where Vault asks for it', async () => {
    const all = '"create", "read", "update", "delete", "list"';
    const plain = await world.tokenFor(`path "*" { capabilities = [${all}] }`);
    const owner = await world.core.openSession('desktop');
    for (const [operation, path] of [
      ['update', 'sys/auth/x'],
      ['list', 'auth/token/accessors'],
      ['list', 'sys/leases/lookup'],
      ['update', 'sys/leases/revoke-force/x'],
      ['update', 'auth/token/revoke-orphan'],
      ['update', 'sys/seal'],
    ] as const) {
      expect(await world.refusal(plain, operation, path), path).toMatch(/^policy-denied/);
    }
    expect(await world.data(owner, 'list', 'auth/token/accessors')).toHaveProperty('keys');
  });
});

describe('the record', () => {
  test('a request leaves one, with who, what, where and how it went', async () => {
    const { envelope } = await world.ask(world.root, 'update', 'secret/data/app', {
      data: { k: 'canary-value' },
    });
    const mine = world.records.filter(({ requestId }) => requestId === envelope?.request_id);
    expect(mine).toHaveLength(1);
    const root = await world.data(world.root, 'read', 'auth/token/lookup-self');
    expect(mine[0]).toMatchObject({
      actor: { kind: 'token', id: root['accessor'], name: 'root' },
      operation: 'update',
      path: 'secret/data/app',
      outcome: 'ok',
    });
  });

  test('a denial of a valid token leaves one too', async () => {
    const app = await world.tokenFor('path "x" { capabilities = ["read"] }');
    await world.refusal(app, 'read', 'secret/data/app');
    expect(world.records.at(-1)).toMatchObject({ outcome: 'policy-denied', path: 'secret/data/app' });
  });

  test('a refused write changes nothing and leaves no sealed value behind', async () => {
    await world.ask(world.root, 'update', 'secret/data/app', { data: { k: 'v' } });
    const values = await world.count('vault_values');
    const refusal = await world.refusal(world.root, 'update', 'secret/data/app', {
      data: { k: 'w' },
      options: { cas: 7 },
    });
    expect(refusal).toMatch(/^check-and-set-failed/);
    expect(await world.count('vault_values')).toBe(values);
  });

  test('failed logins at ever new names are recorded sixty times a minute and auth method, then counted', async () => {
    const login = (role: number) =>
      world.refusal('', 'update', 'auth/approle/login', { role_id: `guess-${role}`, secret_id: 'x' });
    for (let role = 0; role < 100; role += 1) await login(role);
    const failed = () => world.records.filter(({ outcome }) => outcome === 'login-failed');
    expect(failed()).toHaveLength(60);
    world.clock.advance(60_000);
    await rest();
    expect(failed().at(-1)).toMatchObject({
      operation: 'summary',
      path: 'auth/approle/',
      actor: { kind: 'stranger' },
      changes: [{ data: { reason: 'login-failed', count: 40 } }],
    });
    await login(101);
    expect(failed().at(-1)).toMatchObject({ operation: 'update', path: 'auth/approle/login' });
  });

  test('strangers are recorded twenty times a minute and reason, then counted', async () => {
    const before = world.records.length;
    for (let times = 0; times < 50; times += 1) await world.refusal('', 'read', `secret/data/${times}`);
    expect(world.records.length - before).toBe(20);
    world.clock.advance(60_000);
    await rest();
    const summary = world.records.at(-1);
    expect(summary).toMatchObject({
      operation: 'summary',
      outcome: 'permission-denied',
      actor: { kind: 'stranger' },
    });
    expect(summary?.changes[0]?.data).toMatchObject({ reason: 'permission-denied', count: 30 });
    await world.refusal('', 'read', 'secret/data/again');
    expect(world.records.at(-1)).toMatchObject({ path: 'secret/data/again' });
  });

  test('no secret that passes through is ever in it', async () => {
    const { root } = world;
    const child = await world.auth(root, 'update', 'auth/token/create', { policies: ['default'] });
    await world.auth(root, 'update', 'auth/token/create', { id: 'canary-token-id', policies: ['a'] });
    await world.ask(root, 'update', 'auth/token/lookup', { token: child.client_token });
    await world.ask(root, 'update', 'auth/token/renew', { token: child.client_token });
    await world.refusal(root, 'read', `auth/token/lookup/${child.client_token}`);
    await world.refusal('', 'read', `auth/token/lookup/${child.client_token}`);
    await world.ask(root, 'update', 'secret/data/app', { data: { k: 'canary-kv-value' } });
    await world.ask(root, 'read', 'secret/data/app');
    const session = await world.core.openSession('desktop');
    const { request } = await world.data('', 'update', 'auth/desktop/request');
    await world.ask('', 'update', 'auth/desktop/login', { request });
    await world.ask(root, 'update', 'auth/token/revoke', { token: child.client_token });
    const canaries = [
      root,
      child.client_token,
      'canary-token-id',
      'canary-kv-value',
      session,
      String(request),
    ];
    for (const canary of canaries) expectNowhere(world.records, canary);
  });
});

test('an answer has every key of the envelope, and nothing to say is 204', async () => {
  const { envelope, status } = await world.ask(world.root, 'read', 'sys/policies/acl/default');
  expect(status).toBe(200);
  expect(Object.keys(envelope ?? {}).sort()).toEqual([
    'auth',
    'data',
    'lease_duration',
    'lease_id',
    'renewable',
    'request_id',
    'warnings',
    'wrap_info',
  ]);
  expect(envelope?.request_id).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const empty = await world.ask(world.root, 'update', 'sys/policies/acl/x', {
    policy: 'path "a" { policy = "read" }',
  });
  expect(empty).toEqual({ status: 204, envelope: null, byToken: true });
});

test('sealing is called once its record is durable', async () => {
  const before = world.records.length;
  const answer = await world.ask(world.root, 'update', 'sys/seal');
  expect(answer.status).toBe(204);
  expect(world.sealed()).toBe(1);
  expect(world.records.slice(before).map(({ path }) => path)).toEqual(['sys/seal']);
});

test('topics tell the desktop what to draw again, and using a token is none', async () => {
  const seen: string[] = [];
  const stop = world.core.watchTopics((topics) => seen.push(...topics));
  await world.ask(world.root, 'read', 'auth/token/lookup-self');
  expect(seen).toEqual([]);
  await world.ask(world.root, 'update', 'secret/data/app', { data: {} });
  await world.ask(world.root, 'update', 'auth/approle/role/a');
  await world.ask(world.root, 'read', 'database/creds/app');
  expect(seen).toEqual(['secrets', 'apps', 'leases', 'leases']);
  stop();
});

test('many requests at once are each decided on what the one before has left', async () => {
  const { client_token } = await world.auth(world.root, 'update', 'auth/token/create', {
    policies: ['default'],
    num_uses: 10,
  });
  const answers = await Promise.allSettled(
    Array.from({ length: 50 }, () => world.ask(client_token, 'read', 'auth/token/lookup-self')),
  );
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
});
