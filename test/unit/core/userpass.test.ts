import { beforeEach, describe, expect, it } from 'vitest';
import { type CoreWorld, expectNowhere, openCoreWorld, rest } from './support/core-world.ts';

const PASSWORD = 'canary-password-of-ann';
let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
  await write('sys/auth/userpass', { type: 'userpass' });
  await write('auth/userpass/users/Ann', { password: PASSWORD, token_policies: 'team', token_ttl: '1h' });
});

const write = (path: string, data: Record<string, unknown>) => world.ask(world.root, 'update', path, data);
const login = (name: string, password: string) =>
  world.ask('', 'update', `auth/userpass/login/${name}`, { password });
const WRONG = 'login-failed: invalid username or password';

describe('a user with a password', () => {
  it('logs in whatever the case of the name, and gets what the user may', async () => {
    const auth = await world.auth('', 'update', 'auth/userpass/login/ANN', { password: PASSWORD });
    expect(auth).toMatchObject({
      policies: ['default', 'team'],
      metadata: { username: 'ann' },
      lease_duration: 3600,
      renewable: true,
      orphan: true,
    });
    expect(auth.entity_id).not.toBe('');
    expect(await world.data(auth.client_token, 'read', 'auth/token/lookup-self')).toMatchObject({
      display_name: 'userpass-ann',
      path: 'auth/userpass/login/ANN',
    });
  });

  it('is kept as a sealed hash, and nothing of the password is in the record', async () => {
    await login('ann', PASSWORD);
    expectNowhere(world.records, PASSWORD);
    expect(JSON.stringify(await world.data(world.root, 'read', 'auth/userpass/users/ann'))).not.toMatch(
      /hash|salt/,
    );
  });

  it.each([
    ['a wrong password', 'ann', 'wrong'],
    ['a name that is nobody', 'bob', PASSWORD],
  ])('is refused in the same words for %s', async (_what, name, password) => {
    expect(await world.why(login(name, password))).toBe(WRONG);
  });

  it('gets a new password; the old one is worth nothing and its hash is gone', async () => {
    const values = await world.count('vault_values');
    await write('auth/userpass/users/ann/password', { password: 'another-one' });
    expect(await world.why(login('ann', PASSWORD))).toBe(WRONG);
    expect((await login('ann', 'another-one')).status).toBe(200);
    expect(await world.count('vault_values')).toBe(values);
  });

  it('keeps the password when anything else is changed', async () => {
    await write('auth/userpass/users/ann/policies', { policies: ['other'] });
    await write('auth/userpass/users/ann', { token_ttl: 60 });
    expect(await world.data(world.root, 'read', 'auth/userpass/users/ann')).toMatchObject({
      token_policies: ['other'],
      token_ttl: 60,
    });
    expect((await login('ann', PASSWORD)).status).toBe(200);
  });

  it('is listed, deleted, and unknown afterwards', async () => {
    expect(await world.data(world.root, 'list', 'auth/userpass/users')).toEqual({ keys: ['ann'] });
    await world.ask(world.root, 'delete', 'auth/userpass/users/ann');
    expect(await world.why(login('ann', PASSWORD))).toBe(WRONG);
    expect(await world.refusal(world.root, 'read', 'auth/userpass/users/ann')).toMatch(/^not-found/);
    expect(await world.refusal(world.root, 'list', 'auth/userpass/users')).toMatch(/^not-found/);
  });

  it('needs a password to be made, and may never have root', async () => {
    expect(await world.refusal(world.root, 'update', 'auth/userpass/users/bob', {})).toMatch(
      /missing password/,
    );
    await write('auth/userpass/users/bob', { password: 'x', policies: 'root' });
    expect(await world.why(login('bob', 'x'))).toMatch(/cannot create root tokens/);
  });

  it('logs in from bound addresses only', async () => {
    await write('auth/userpass/users/ann', { token_bound_cidrs: '10.0.0.0/8' });
    const from = (remoteAddress: string) =>
      world.send('', 'update', 'auth/userpass/login/ann', { password: PASSWORD }, { remoteAddress });
    expect((await from('10.9.9.9')).status).toBe(200);
    expect(await world.why(from('192.168.0.1'))).toMatch(/^permission-denied/);
  });

  it('meets a growing delay when somebody guesses, by name alone', async () => {
    for (let miss = 0; miss < 4; miss += 1) await world.why(login('ann', 'wrong'));
    let isThrough = false;
    const delayed = login('ann', PASSWORD).then(() => {
      isThrough = true;
    });
    await write('auth/userpass/users/bob', { password: 'b' });
    expect((await login('bob', 'b')).status).toBe(200);
    await rest();
    expect(isThrough).toBe(false);
    world.clock.advance(250);
    await delayed;
  });

  it('leaves nothing behind when the method is unmounted', async () => {
    const { client_token: token } = await world.auth('', 'update', 'auth/userpass/login/ann', {
      password: PASSWORD,
    });
    await world.ask(world.root, 'delete', 'sys/auth/userpass');
    expect(await world.count('userpass_users')).toBe(0);
    expect(await world.count('vault_values')).toBe(0);
    expect(await world.refusal(token, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
  });
});
