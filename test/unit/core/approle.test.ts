import { beforeEach, describe, expect, test } from 'vitest';
import { type CoreWorld, expectNowhere, openCoreWorld, rest } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

const ROLE = 'auth/approle/role/shop';

async function makeApp(role = {}, secret = {}) {
  await world.ask(world.root, 'update', ROLE, { token_policies: 'shop', token_ttl: '20m', ...role });
  const { role_id } = await world.data(world.root, 'read', `${ROLE}/role-id`);
  const made = await world.data(world.root, 'update', `${ROLE}/secret-id`, secret);
  const { secret_id, secret_id_accessor } = made as { secret_id: string; secret_id_accessor: string };
  return { role_id: String(role_id), secret_id, secret_id_accessor, made };
}
const login = (data: object) => world.auth('', 'update', 'auth/approle/login', { ...data });
const REFUSED = 'login-failed: invalid role or secret ID';

test('a role has every key that Vault has, and only what was sent changes', async () => {
  await world.ask(world.root, 'update', 'auth/approle/role/Shop', {
    token_policies: ['B', 'a'],
    token_ttl: 60,
  });
  await world.ask(world.root, 'update', ROLE, { secret_id_num_uses: '3' });
  expect(await world.data(world.root, 'read', ROLE)).toEqual({
    bind_secret_id: true,
    local_secret_ids: false,
    secret_id_bound_cidrs: null,
    secret_id_num_uses: 3,
    secret_id_ttl: 0,
    token_bound_cidrs: [],
    token_explicit_max_ttl: 0,
    token_max_ttl: 0,
    token_no_default_policy: false,
    token_num_uses: 0,
    token_period: 0,
    token_policies: ['a', 'b'],
    token_ttl: 60,
    token_type: 'default',
    creation_time: '2026-01-01T00:00:00.000Z',
    last_login_time: null,
  });
  expect(await world.data(world.root, 'list', 'auth/approle/role')).toEqual({ keys: ['shop'] });
  await world.ask(world.root, 'delete', ROLE);
  expect(await world.refusal(world.root, 'read', ROLE)).toMatch(/^not-found/);
  expect(await world.refusal(world.root, 'list', 'auth/approle/role/')).toMatch(/^not-found/);
});

describe('login', () => {
  test('both halves give a token of the role, and the role remembers when its app last came', async () => {
    const halves = await makeApp({}, { metadata: '{"host":"db1"}' });
    const auth = await login(halves);
    expect(auth).toMatchObject({
      policies: ['default', 'shop'],
      metadata: { role_name: 'shop', host: 'db1' },
      lease_duration: 1200,
      renewable: true,
      orphan: true,
    });
    const self = await world.data(auth.client_token, 'read', 'auth/token/lookup-self');
    expect(self).toMatchObject({ display_name: 'approle', path: 'auth/approle/login' });
    const role = await world.data(world.root, 'read', ROLE);
    expect(role['last_login_time']).toBe('2026-01-01T00:00:00.000Z');
    const record = world.records.find(({ path }) => path === 'auth/approle/login');
    expect(record?.actor).toEqual({ kind: 'token', id: auth.accessor, name: 'shop' });
  });

  test('whatever is wrong, the refusal is the same, and recorded', async () => {
    const halves = await makeApp();
    await world.ask(world.root, 'update', 'auth/approle/role/other', {});
    const other = await world.data(world.root, 'update', 'auth/approle/role/other/secret-id');
    for (const data of [
      { ...halves, role_id: 'nobody' },
      { ...halves, secret_id: 'wrong' },
      { ...halves, secret_id: other['secret_id'] },
    ]) {
      expect(await world.refusal('', 'update', 'auth/approle/login', data)).toBe(REFUSED);
    }
    expect(world.records.filter(({ outcome }) => outcome === 'login-failed')).toHaveLength(3);
  });

  test('a missing half is named', async () => {
    expect(await world.refusal('', 'update', 'auth/approle/login', { role_id: 'x' })).toBe(
      'invalid-request: missing secret_id',
    );
  });

  test('a secret-id with one use is gone after it', async () => {
    const halves = await makeApp({}, { num_uses: 1 });
    await login(halves);
    expect(await world.refusal('', 'update', 'auth/approle/login', halves)).toBe(REFUSED);
    expect(await world.refusal(world.root, 'list', `${ROLE}/secret-id`)).toMatch(/^not-found/);
  });

  test('a secret-id is refused from the instant of its end, and cleared away', async () => {
    const halves = await makeApp({}, { ttl: '90s' });
    world.clock.advance(89_999);
    await login(halves);
    world.clock.advance(1);
    expect(await world.refusal('', 'update', 'auth/approle/login', halves)).toBe(REFUSED);
    await rest();
    expect(await world.count('approle_secret_ids')).toBe(0);
  });

  test('a login never yields root', async () => {
    const halves = await makeApp({ token_policies: ['root'] });
    expect(await world.refusal('', 'update', 'auth/approle/login', halves)).toBe(
      'invalid-request: auth methods cannot create root tokens',
    );
  });

  test('the limits of the role hold for its tokens', async () => {
    const halves = await makeApp({ token_ttl: '2h', token_max_ttl: '1h', token_num_uses: 5 });
    expect(await login(halves)).toMatchObject({ lease_duration: 3600, num_uses: 5 });
    await world.ask(world.root, 'update', ROLE, { token_period: '10m', token_no_default_policy: true });
    expect(await login(halves)).toMatchObject({ lease_duration: 600, policies: ['shop'] });
  });

  test('SECURITY(B2): failed logins meet a growing delay per role-id, which holds nobody else up', async () => {
    const halves = await makeApp();
    const wrong = { role_id: halves.role_id, secret_id: 'wrong' };
    const fail = () => world.refusal('', 'update', 'auth/approle/login', wrong);
    for (let misses = 0; misses < 4; misses += 1) expect(await fail()).toBe(REFUSED);
    let answered = 0;
    const asked = fail().then(() => answered++);
    await rest();
    expect(answered).toBe(0);
    expect(await world.refusal('', 'update', 'auth/approle/login', { role_id: 'b', secret_id: 'b' })).toBe(
      REFUSED,
    );
    expect((await world.ask(world.root, 'read', ROLE)).status).toBe(200);
    world.clock.advance(250);
    await asked;
    const next = fail().then(() => answered++);
    await rest();
    world.clock.advance(250);
    await rest();
    expect(answered).toBe(1);
    world.clock.advance(250);
    await next;
    const right = login(halves);
    await rest();
    world.clock.advance(8000);
    await right;
    await login(halves);
  });

  test('SECURITY(B2): no more than 32 may wait on one name', async () => {
    const wrong = { role_id: 'x', secret_id: 'wrong' };
    for (let misses = 0; misses < 4; misses += 1)
      await world.refusal('', 'update', 'auth/approle/login', wrong);
    const waiting = Array.from({ length: 40 }, () =>
      world.refusal('', 'update', 'auth/approle/login', wrong),
    );
    await rest();
    world.clock.advance(10_000);
    const refusals = await Promise.all(waiting);
    expect(refusals.filter((words) => words.startsWith('too-many-requests'))).toHaveLength(8);
  });
});

describe('secret-ids', () => {
  test('are shown once, listed by accessor, looked up and destroyed', async () => {
    const { made, secret_id, secret_id_accessor, ...halves } = await makeApp({ secret_id_ttl: '1h' });
    expect(made).toEqual({ secret_id, secret_id_accessor, secret_id_num_uses: 0, secret_id_ttl: 3600 });
    expect(await world.data(world.root, 'list', `${ROLE}/secret-id`)).toEqual({ keys: [secret_id_accessor] });
    const shown = {
      cidr_list: [],
      creation_time: '2026-01-01T00:00:00.000Z',
      expiration_time: '2026-01-01T01:00:00.000Z',
      last_updated_time: '2026-01-01T00:00:00.000Z',
      metadata: {},
      secret_id_accessor,
      secret_id_num_uses: 0,
      secret_id_ttl: 3600,
      token_bound_cidrs: [],
    };
    expect(await world.data(world.root, 'update', `${ROLE}/secret-id/lookup`, { secret_id })).toEqual(shown);
    expect(
      await world.data(world.root, 'update', `${ROLE}/secret-id-accessor/lookup`, { secret_id_accessor }),
    ).toEqual(shown);
    await world.ask(world.root, 'update', `${ROLE}/secret-id-accessor/destroy`, { secret_id_accessor });
    const gone = await world.ask(world.root, 'update', `${ROLE}/secret-id/lookup`, { secret_id });
    expect(gone.status).toBe(204);
    expect(await world.refusal('', 'update', 'auth/approle/login', { ...halves, secret_id })).toBe(REFUSED);
  });

  test('never reach a record, only their keyed hash does', async () => {
    const { secret_id, role_id } = await makeApp();
    const { client_token } = await login({ role_id, secret_id });
    await world.ask(world.root, 'update', `${ROLE}/custom-secret-id`, { secret_id: 'canary-custom-id' });
    await world.ask(world.root, 'update', `${ROLE}/secret-id/lookup`, { secret_id });
    await world.ask(world.root, 'update', `${ROLE}/secret-id/destroy`, { secret_id });
    for (const canary of [secret_id, client_token, 'canary-custom-id']) expectNowhere(world.records, canary);
  });

  test('a custom one works like any other, and cannot be given twice', async () => {
    const { role_id } = await makeApp();
    const custom = () =>
      world.data(world.root, 'update', `${ROLE}/custom-secret-id`, { secret_id: 'chosen' });
    expect(await custom()).toMatchObject({ secret_id: 'chosen' });
    await login({ role_id, secret_id: 'chosen' });
    await expect(custom()).rejects.toThrow('SecretID is already registered');
  });

  test.each([
    [{ ttl: '2h' }, 'ttl cannot be longer'],
    [{ ttl: 0 }, 'ttl cannot be longer'],
    [{ num_uses: 6 }, 'num_uses cannot be higher'],
    [{ num_uses: 0 }, 'num_uses cannot be higher'],
    [{ metadata: 'no json' }, 'expected an object'],
    [{ cidr_list: '10.0.0.0/7' }, 'not within those of the role'],
    [{ cidr_list: '192.168.0.1' }, 'not within those of the role'],
    [{ cidr_list: 'everywhere' }, 'address ranges'],
  ])('%j beyond what the role allows is refused', async (data, words) => {
    await makeApp({ secret_id_ttl: '1h', secret_id_num_uses: 5, secret_id_bound_cidrs: '10.0.0.0/8' });
    expect(await world.refusal(world.root, 'update', `${ROLE}/secret-id`, data)).toContain(words);
  });
});

test('what we would not enforce is refused rather than kept', async () => {
  for (const data of [
    { bind_secret_id: false },
    { token_bound_cidrs: ['everywhere'] },
    { token_type: 'batch' },
  ]) {
    expect(await world.refusal(world.root, 'update', ROLE, data)).toMatch(/^invalid-request/);
  }
});

test('unmounting the method ends the tokens that it made', async () => {
  const { client_token } = await login(await makeApp());
  await world.ask(world.root, 'delete', 'sys/auth/approle');
  expect(await world.refusal(client_token, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
  expect(await world.count('approle_roles')).toBe(0);
});

describe('bound to addresses', () => {
  const from = (remoteAddress: string | undefined, data: object) =>
    world.send('', 'update', 'auth/approle/login', { ...data }, remoteAddress ? { remoteAddress } : {});
  const OUTSIDE = /^login-failed: source address unauthorized/;

  test.each([
    ['by the role', { secret_id_bound_cidrs: '10.0.0.0/8' }, {}],
    ['by the role, by its old name', { bound_cidr_list: '10.0.0.0/8' }, {}],
    ['by the secret-id', {}, { cidr_list: '10.0.0.0/8' }],
    ['by the tokens of the role', { token_bound_cidrs: '10.0.0.0/8' }, {}],
    ['by the tokens of the secret-id', {}, { token_bound_cidrs: '10.0.0.0/8' }],
  ])('%s, a login comes from there or is refused', async (_by, role, secret) => {
    const halves = await makeApp(role, secret);
    expect((await from('10.1.2.3', halves)).status).toBe(200);
    for (const address of ['11.1.2.3', undefined]) {
      expect(await world.why(from(address, halves))).toMatch(OUTSIDE);
    }
  });

  test('a token is worth nothing outside of its bounds', async () => {
    const { envelope } = await from('10.1.2.3', await makeApp({ token_bound_cidrs: '10.1.0.0/16' }));
    const token = envelope?.auth?.client_token ?? '';
    const use = (remoteAddress: string) =>
      world.send(token, 'read', 'auth/token/lookup-self', {}, { remoteAddress });
    expect((await use('10.1.9.9')).status).toBe(200);
    expect(await world.why(use('10.2.9.9'))).toMatch(/^permission-denied/);
  });

  test('a role may do without secret-ids, and then only the address tells the app', async () => {
    const role = { bind_secret_id: false, secret_id_bound_cidrs: ['10.0.0.0/8'], role_id: 'known' };
    await world.ask(world.root, 'update', ROLE, role);
    expect((await from('10.0.0.1', { role_id: 'known' })).status).toBe(200);
    expect(await world.why(from('9.0.0.1', { role_id: 'known' }))).toMatch(OUTSIDE);
    expect(await world.refusal(world.root, 'update', `${ROLE}/secret-id`)).toMatch(
      /bind_secret_id is not set/,
    );
    expect(await world.refusal(world.root, 'delete', `${ROLE}/secret-id-bound-cidrs`)).toMatch(
      /at least one constraint/,
    );
  });
});

test.each([
  ['policies', { token_policies: 'a,b' }, { token_policies: ['a', 'b'], policies: ['a', 'b'] }],
  ['policies', { policies: ['c'] }, { token_policies: ['c'] }],
  ['token-ttl', { token_ttl: '1h' }, { token_ttl: 3600 }],
  ['token-max-ttl', { token_max_ttl: '2h' }, { token_max_ttl: 7200 }],
  ['token-num-uses', { token_num_uses: 3 }, { token_num_uses: 3 }],
  ['period', { token_period: 60 }, { token_period: 60, period: 60 }],
  ['period', { period: 90 }, { token_period: 90 }],
  ['secret-id-num-uses', { secret_id_num_uses: 4 }, { secret_id_num_uses: 4 }],
  ['secret-id-ttl', { secret_id_ttl: '1m' }, { secret_id_ttl: 60 }],
  ['secret-id-bound-cidrs', { secret_id_bound_cidrs: '::1' }, { secret_id_bound_cidrs: ['::1/128'] }],
  ['token-bound-cidrs', { token_bound_cidrs: '::1' }, { token_bound_cidrs: ['::1/128'] }],
  ['bound-cidr-list', { bound_cidr_list: '10.0.0.1' }, { bound_cidr_list: ['10.0.0.1/32'] }],
  ['bind-secret-id', { bind_secret_id: true }, { bind_secret_id: true }],
])('the field %s is set by %j alone, and goes back to what a new role says', async (path, set, shown) => {
  await world.ask(world.root, 'update', ROLE, {});
  const read = () => world.data(world.root, 'read', `${ROLE}/${path}`);
  const before = await read();
  expect(await world.ask(world.root, 'update', `${ROLE}/${path}`, set)).toMatchObject({ status: 204 });
  expect(await read()).toMatchObject(shown);
  await world.ask(world.root, 'delete', `${ROLE}/${path}`);
  expect(await read()).toEqual(before);
});
