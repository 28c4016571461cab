import { beforeEach, describe, expect, test } from 'vitest';
import { type CoreWorld, openCoreWorld, rest } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

const create = (token: string, data = {}) => world.auth(token, 'update', 'auth/token/create', data);

describe('making tokens', () => {
  test('a token looks itself up with every key that Vault has', async () => {
    const auth = await create(world.root, {
      policies: ['b', 'A'],
      ttl: '1h',
      meta: { team: 'shop' },
      display_name: 'my app',
    });
    expect(auth).toMatchObject({
      policies: ['a', 'b', 'default'],
      lease_duration: 3600,
      renewable: true,
      orphan: false,
      metadata: { team: 'shop' },
      token_type: 'service',
      entity_id: '',
      num_uses: 0,
      mfa_requirement: null,
    });
    expect(auth.client_token).toMatch(/^hvs\.[A-Za-z0-9]{43}$/);
    expect(await world.data(auth.client_token, 'read', 'auth/token/lookup-self')).toEqual({
      accessor: auth.accessor,
      creation_time: world.clock.now() / 1000,
      creation_ttl: 3600,
      display_name: 'token-my-app',
      entity_id: '',
      expire_time: '2026-01-01T01:00:00.000Z',
      explicit_max_ttl: 0,
      id: auth.client_token,
      issue_time: '2026-01-01T00:00:00.000Z',
      meta: { team: 'shop' },
      num_uses: 0,
      orphan: false,
      path: 'auth/token/create',
      policies: ['a', 'b', 'default'],
      renewable: true,
      ttl: 3600,
      type: 'service',
    });
  });

  test('root never expires and is not renewable', async () => {
    const root = await world.data(world.root, 'read', 'auth/token/lookup-self');
    expect(root).toMatchObject({ ttl: 0, expire_time: null, renewable: false, policies: ['root'] });
    expect(await create(world.root)).toMatchObject({
      policies: ['root'],
      lease_duration: 0,
      renewable: false,
    });
  });

  test('a ttl beyond the maximum is cut, and the answer warns', async () => {
    const { envelope } = await world.ask(world.root, 'update', 'auth/token/create', {
      policies: ['a'],
      ttl: '50d',
    });
    expect(envelope?.auth?.lease_duration).toBe(2_764_800);
    expect(envelope?.warnings).toEqual([
      'TTL of "1200h0m0s" exceeded the effective max_ttl of "768h0m0s"; TTL value is capped accordingly',
    ]);
  });

  test('without policies a child inherits; with them it takes a subset, and default only where the parent has it', async () => {
    const parent = await world.tokenFor('path "auth/token/create" { capabilities = ["update"] }');
    const { policies } = await world.data(parent, 'read', 'auth/token/lookup-self');
    expect((await create(parent)).policies).toEqual(policies);
    expect((await create(parent, { policies: ['test-1'] })).policies).toEqual(['default', 'test-1']);
    expect((await create(parent, { policies: ['test-1'], no_default_policy: true })).policies).toEqual([
      'test-1',
    ]);
    for (const wanted of ['other', 'root', 'owner']) {
      expect(await world.refusal(parent, 'update', 'auth/token/create', { policies: [wanted] })).toBe(
        'invalid-request: child policies must be subset of parent',
      );
    }
  });

  test.each([
    [{ no_parent: true }, 'root or sudo privileges required to create orphan token'],
    [{ period: '1h' }, 'root or sudo privileges required to create periodic token'],
    [{ id: 'mine' }, 'root or sudo privileges required to specify token id'],
  ])('%j needs sudo', async (data, words) => {
    const parent = await world.tokenFor('path "auth/token/create" { capabilities = ["update"] }');
    expect(await world.refusal(parent, 'update', 'auth/token/create', data)).toBe(
      `invalid-request: ${words}`,
    );
    const sudo = await world.tokenFor('path "auth/token/create" { capabilities = ["update", "sudo"] }');
    expect((await create(sudo, data)).client_token).toBeTruthy();
  });

  test('sudo does not make root', async () => {
    const session = await world.core.openSession('desktop');
    expect(await world.refusal(session, 'update', 'auth/token/create', { policies: ['root'] })).toBe(
      'invalid-request: root tokens may not be created without parent token being root',
    );
  });

  test('a token whose uses are counted cannot have children', async () => {
    const counted = (await create(world.root, { num_uses: 5 })).client_token;
    expect(await world.refusal(counted, 'update', 'auth/token/create')).toBe(
      'invalid-request: restricted use token cannot generate child tokens',
    );
  });
});

describe('the end of tokens', () => {
  test('unknown, missing and dead tokens get the same plain refusal', async () => {
    const dead = (await create(world.root, { policies: ['a'] })).client_token;
    await world.ask(dead, 'update', 'auth/token/revoke-self');
    for (const token of ['', 'hvs.nobody', dead]) {
      expect(await world.refusal(token, 'read', 'auth/token/lookup-self')).toBe(
        'permission-denied: Permission denied.',
      );
    }
    expect(await world.refusal(world.root, 'update', 'auth/token/lookup', { token: dead })).toMatch(
      /^bad-token/,
    );
    expect(await world.refusal(world.root, 'update', 'auth/token/lookup-accessor', { accessor: 'x' })).toBe(
      'invalid-request: invalid accessor',
    );
    expect((await world.ask(world.root, 'update', 'auth/token/revoke', { token: dead })).status).toBe(204);
  });

  test('children die with their parent, the whole tree, but not orphans', async () => {
    const parent = (await create(world.root)).client_token;
    const child = (await create(parent)).client_token;
    const grandchild = (await create(child)).client_token;
    const orphan = (await world.auth(parent, 'update', 'auth/token/create-orphan')).client_token;
    expect((await world.ask(world.root, 'update', 'auth/token/revoke', { token: parent })).status).toBe(204);
    for (const token of [parent, child, grandchild]) {
      expect(await world.refusal(token, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
    }
    expect((await world.data(orphan, 'read', 'auth/token/lookup-self'))['orphan']).toBe(true);
  });

  test('revoke-orphan lets the children live', async () => {
    const parent = (await create(world.root)).client_token;
    const child = (await create(parent)).client_token;
    await world.ask(world.root, 'update', 'auth/token/revoke-orphan', { token: parent });
    expect(await world.refusal(parent, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
    expect((await world.data(child, 'read', 'auth/token/lookup-self'))['orphan']).toBe(true);
  });

  test('a token is refused from the instant of its end, and the scheduler clears it and its children away', async () => {
    const parent = (await create(world.root, { ttl: 10 })).client_token;
    await create(parent, { ttl: 1000 });
    const before = await world.count('tokens');
    world.clock.advance(9999);
    expect(await world.data(parent, 'read', 'auth/token/lookup-self')).toMatchObject({ ttl: 1 });
    world.clock.advance(1);
    expect(await world.refusal(parent, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
    await rest();
    expect(await world.count('tokens')).toBe(before - 2);
    expect(world.records.some(({ actor }) => actor.kind === 'scheduler')).toBe(true);
  });

  test('every use counts, a denied one too, and the last one ends the token', async () => {
    const token = (await create(world.root, { policies: ['none'], num_uses: 3 })).client_token;
    expect(await world.refusal(token, 'read', 'secret/data/x')).toMatch(/^policy-denied/);
    expect((await world.data(token, 'read', 'auth/token/lookup-self'))['num_uses']).toBe(2);
    await world.ask(token, 'read', 'auth/token/lookup-self');
    expect(await world.refusal(token, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
  });
});

describe('renewing tokens', () => {
  test('the new lifetime counts from now, and the maximum from birth', async () => {
    const auth = await create(world.root, { policies: ['a'], ttl: 100, explicit_max_ttl: 150 });
    world.clock.advance(80_000);
    const renew = (data = {}) => world.auth(auth.client_token, 'update', 'auth/token/renew-self', data);
    expect(await renew({ increment: '30s' })).toMatchObject({ lease_duration: 30, renewable: true });
    const capped = await renew();
    expect(capped).toMatchObject({ lease_duration: 70, client_token: auth.client_token });
    world.clock.advance(70_000);
    expect(await world.refusal(auth.client_token, 'update', 'auth/token/renew-self')).toMatch(
      /^permission-denied/,
    );
  });

  test('a periodic token lives for ever by renewing, whatever increment it asks for', async () => {
    const { client_token } = await create(world.root, { policies: ['a'], period: '1h' });
    for (let times = 0; times < 1000; times += 1) {
      world.clock.advance(3_000_000);
      const auth = await world.auth(client_token, 'update', 'auth/token/renew-self', { increment: '9h' });
      expect(auth.lease_duration).toBe(3600);
    }
    expect(await world.data(client_token, 'read', 'auth/token/lookup-self')).toMatchObject({ period: 3600 });
  });

  test('whoever renews a token that it sends is shown that token', async () => {
    const { client_token } = await create(world.root, { policies: ['a'], ttl: '1m' });
    const auth = await world.auth(world.root, 'update', 'auth/token/renew', { token: client_token });
    expect(auth).toMatchObject({ client_token, lease_duration: 60 });
  });

  test('whoever renews by accessor is not shown the token', async () => {
    const { accessor } = await create(world.root, { policies: ['a'] });
    const auth = await world.auth(world.root, 'update', 'auth/token/renew-accessor', { accessor });
    expect(auth).toMatchObject({ client_token: '', accessor });
  });

  test('what is not renewable says so', async () => {
    const { client_token } = await create(world.root, { policies: ['a'], renewable: false });
    expect(await world.refusal(client_token, 'update', 'auth/token/renew-self')).toBe(
      'invalid-request: lease is not renewable',
    );
  });
});

test('the last use is kept once a minute', async () => {
  const { client_token } = await create(world.root, { policies: ['a'] });
  const uses = () =>
    world.records.filter(({ changes }) => changes.some(({ type }) => type === 'tokens/used@1')).length;
  const before = uses();
  for (let times = 0; times < 5; times += 1) await world.ask(client_token, 'read', 'auth/token/lookup-self');
  expect(uses()).toBe(before + 1);
  world.clock.advance(60_000);
  await world.ask(client_token, 'read', 'auth/token/lookup-self');
  expect(uses()).toBe(before + 2);
});
