import { beforeEach, describe, expect, it } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
  await world.ask(world.root, 'update', 'sys/mounts/kv1', { type: 'kv' });
});

const ask = (...args: [Parameters<CoreWorld['ask']>[1], string, Record<string, unknown>?]) =>
  world.ask(world.root, ...args);

describe('KV version 1', () => {
  it.each([
    ['kv', {}],
    ['generic', {}],
    ['kv-v1', {}],
    ['kv', { options: { version: '1' } }],
  ])('is what a mount of type %s %o serves', async (type, more) => {
    await ask('update', 'sys/mounts/other', { type, ...more });
    await ask('update', 'other/app', { value: 'v' });
    expect((await ask('read', 'other/app')).envelope?.data).toEqual({ value: 'v' });
  });

  it('keeps every field as it was sent, those named like a path too', async () => {
    const sent = { path: 'mine', value: 1, nested: { a: [true, null] }, ['\u0000path']: 'x' };
    expect(await ask('update', 'kv1/team/app', sent)).toMatchObject({ status: 204 });
    expect(await ask('read', 'kv1/team/app')).toMatchObject({
      status: 200,
      envelope: { data: sent, lease_id: '', renewable: false, lease_duration: 2_764_800 },
    });
  });

  it.each([
    [{ ttl: '1h' }, 3600],
    [{ ttl: 90 }, 90],
    [{ lease: '2m' }, 120],
    [{ ttl: 'soon' }, 2_764_800],
  ])('tells by a ttl in the secret, %o, when to look again', async (data, seconds) => {
    await ask('update', 'kv1/app', data);
    expect((await ask('read', 'kv1/app')).envelope).toMatchObject({ lease_duration: seconds, data });
  });

  it('replaces the whole secret and erases what was there', async () => {
    const before = await world.count('vault_values');
    await ask('update', 'kv1/app', { a: 1, b: 2 });
    await ask('update', 'kv1/app', { b: 3 });
    expect((await ask('read', 'kv1/app')).envelope?.data).toEqual({ b: 3 });
    expect(await world.count('vault_values')).toBe(before + 1);
    await ask('delete', 'kv1/app');
    expect(await world.refusal(world.root, 'read', 'kv1/app')).toMatch(/^not-found/);
    expect(await world.count('vault_values')).toBe(before);
  });

  it('lists folders, and says not-found where there is nothing', async () => {
    expect(await world.refusal(world.root, 'list', 'kv1/')).toMatch(/^not-found/);
    for (const path of ['a', 'team/one', 'team/deep/two']) await ask('update', `kv1/${path}`, { v: 1 });
    expect((await ask('list', 'kv1/')).envelope?.data).toEqual({ keys: ['a', 'team/'] });
    expect((await ask('list', 'kv1/team/')).envelope?.data).toEqual({ keys: ['deep/', 'one'] });
  });

  it('refuses an empty secret, and asks for create where nothing is there yet', async () => {
    expect(await world.refusal(world.root, 'update', 'kv1/app', {})).toBe(
      'invalid-request: missing data fields',
    );
    const creator = await world.tokenFor('path "kv1/*" { capabilities = ["create"] }');
    await world.ask(creator, 'update', 'kv1/app', { v: 1 });
    expect(await world.refusal(creator, 'update', 'kv1/app', { v: 2 })).toMatch(/^policy-denied/);
  });

  it('becomes version 2 with what it holds by tuning, and never goes back', async () => {
    await ask('update', 'kv1/app', { v: 1 });
    await ask('update', 'sys/mounts/kv1/tune', { options: { version: '2' } });
    expect((await ask('read', 'kv1/data/app')).envelope?.data).toMatchObject({
      data: { v: 1 },
      metadata: { version: 1 },
    });
    await ask('update', 'kv1/data/app', { data: { v: 2 } });
    expect(
      await world.refusal(world.root, 'update', 'sys/mounts/kv1/tune', { options: { version: '1' } }),
    ).toMatch(/downgrade/);
  });

  it('leaves nothing behind when it is unmounted', async () => {
    const before = await world.count('vault_values');
    await ask('update', 'kv1/app', { v: 1 });
    await ask('delete', 'sys/mounts/kv1');
    expect(await world.count('vault_values')).toBe(before);
    expect(await world.count('kv_version')).toBe(0);
  });
});
