import { beforeEach, describe, expect, it } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

const role = (name: string, data: Record<string, unknown>) =>
  world.ask(world.root, 'update', `auth/token/roles/${name}`, data);
/** May use roles and has a policy of its own; no sudo. */
const maker = () =>
  world.tokenFor('path "auth/token/create/*" { capabilities = ["update"] }', {
    policies: ['default', 'test-1'],
  });

describe('token roles', () => {
  it('are written, read, listed and deleted', async () => {
    expect(await world.refusal(world.root, 'list', 'auth/token/roles')).toMatch(/^not-found/);
    await role('deploy', { allowed_policies: 'b,a', period: '1h', orphan: true, path_suffix: 'ci' });
    expect(await world.data(world.root, 'list', 'auth/token/roles')).toEqual({ keys: ['deploy'] });
    expect(await world.data(world.root, 'read', 'auth/token/roles/deploy')).toMatchObject({
      name: 'deploy',
      allowed_policies: ['a', 'b'],
      disallowed_policies: [],
      period: 3600,
      token_period: 3600,
      explicit_max_ttl: 0,
      orphan: true,
      renewable: true,
      path_suffix: 'ci',
      token_type: 'default-service',
    });
    await role('deploy', { orphan: false });
    expect(await world.data(world.root, 'read', 'auth/token/roles/deploy')).toMatchObject({
      orphan: false,
      period: 3600,
    });
    expect(await world.ask(world.root, 'delete', 'auth/token/roles/deploy')).toMatchObject({ status: 204 });
    expect(await world.refusal(world.root, 'read', 'auth/token/roles/deploy')).toMatch(/^not-found/);
  });

  it('let somebody make tokens with policies that they do not have themselves, and no others', async () => {
    await role('deploy', { allowed_policies: ['deployer'], allowed_policies_glob: ['app-*'] });
    const token = await maker();
    const make = (data: Record<string, unknown>) =>
      world.auth(token, 'update', 'auth/token/create/deploy', data);
    expect((await make({})).policies).toEqual(['default', 'deployer']);
    expect((await make({ policies: ['app-one'], no_default_policy: true })).policies).toEqual(['app-one']);
    for (const policies of [['other'], ['root'], ['deployer', 'other']]) {
      expect(await world.refusal(token, 'update', 'auth/token/create/deploy', { policies })).toMatch(
        /subset of the role's allowed policies/,
      );
    }
  });

  it('keep out what they disallow, default too', async () => {
    await role('most', { disallowed_policies: ['default', 'admin'], disallowed_policies_glob: ['*-prod'] });
    const make = (policies: string[]) =>
      world.refusal(world.root, 'update', 'auth/token/create/most', { policies });
    expect(await make(['admin'])).toMatch(/"admin" is disallowed/);
    expect(await make(['db-prod'])).toMatch(/disallowed/);
    const auth = await world.auth(world.root, 'update', 'auth/token/create/most', { policies: ['x'] });
    expect(auth.policies).toEqual(['x']);
  });

  it('set what the token is: orphan, period, uses, longest life, path, and its role', async () => {
    await role('r', {
      orphan: true,
      token_period: 60,
      token_num_uses: 5,
      token_explicit_max_ttl: 600,
      path_suffix: 'ci',
      renewable: false,
    });
    const auth = await world.auth(world.root, 'update', 'auth/token/create/r', { policies: ['x'] });
    expect(auth).toMatchObject({ orphan: true, num_uses: 5, renewable: false });
    expect(
      await world.data(world.root, 'update', 'auth/token/lookup', { token: auth.client_token }),
    ).toMatchObject({
      role: 'r',
      path: 'auth/token/create/r/ci',
      period: 60,
      explicit_max_ttl: 600,
      orphan: true,
      num_uses: 5,
    });
  });

  it('must be there to make a token, and to renew one', async () => {
    expect(await world.refusal(world.root, 'update', 'auth/token/create/nobody')).toBe(
      'invalid-request: unknown role nobody',
    );
    await role('r', {});
    const { client_token: token } = await world.auth(world.root, 'update', 'auth/token/create/r', {
      policies: ['x'],
      ttl: 60,
    });
    await world.ask(token, 'update', 'auth/token/renew-self');
    await world.ask(world.root, 'delete', 'auth/token/roles/r');
    expect(await world.refusal(token, 'update', 'auth/token/renew-self')).toMatch(
      /could not be found, not renewing/,
    );
  });

  it('bind tokens to addresses: from elsewhere, and from nowhere, they are nobody', async () => {
    await role('r', { token_bound_cidrs: ['10.1.0.0/16', '::1'] });
    const { client_token: token } = await world.auth(world.root, 'update', 'auth/token/create/r', {
      policies: ['default'],
    });
    const from = (remoteAddress?: string) =>
      world.send(token, 'read', 'auth/token/lookup-self', {}, remoteAddress ? { remoteAddress } : {});
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '::1'])
      expect((await from(address)).status).toBe(200);
    for (const address of ['10.2.0.1', '::2', 'nonsense', undefined]) {
      expect(await world.why(from(address))).toMatch(/^permission-denied/);
    }
    expect(
      await world.refusal(world.root, 'update', 'auth/token/roles/x', { token_bound_cidrs: 'here' }),
    ).toMatch(/address ranges/);
  });

  it.each(['auth/token/create', 'auth/token/create-orphan'])('%s makes no batch tokens', async (path) => {
    expect(await world.refusal(world.root, 'update', path, { type: 'batch' })).toMatch(/batch tokens cannot/);
    expect(await world.refusal(world.root, 'update', 'auth/token/roles/b', { token_type: 'batch' })).toMatch(
      /batch tokens cannot/,
    );
  });
});
