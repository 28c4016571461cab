import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { type KillableVault, openKillableVault } from './killable-vault.ts';

let postgres: TestPostgres;
let vault: KillableVault;

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.query("CREATE ROLE broker LOGIN CREATEROLE PASSWORD 'brokers-first'");
  vault = await openKillableVault();
  await vault.ask('update', 'database/config/main', {
    plugin_name: 'postgresql-database-plugin',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
    username: 'broker',
    password: 'brokers-first',
    allowed_roles: ['*'],
  });
});
afterAll(async () => {
  await vault?.close();
  await postgres?.close();
});

/** An account that the broker may alter, made as its owner would. */
async function makeAccount(name: string): Promise<void> {
  await postgres.query(`CREATE ROLE ${name} LOGIN PASSWORD 'known to many'`);
  await postgres.query(`GRANT ${name} TO broker WITH ADMIN OPTION`);
}

async function creds(role: string) {
  return (await vault.ask('read', `database/static-creds/${role}`)) as {
    username: string;
    password: string;
    ttl: number;
    last_vault_rotation: string;
    rotation_period: number;
  };
}

const opens = async ({ username, password }: { username: string; password: string }) =>
  postgres.login(username, password).then(
    async (client) => {
      await client.end();
      return true;
    },
    (error: { code?: string }) => {
      expect(error.code).toBe('28P01');
      return false;
    },
  );
const why = (refused: Promise<unknown>) =>
  refused.then(
    () => 'was not refused',
    (error: Error) => error.message,
  );

describe('a static role', () => {
  test('is rotated when it is made, on demand, and never has two passwords', async () => {
    await makeAccount('reporting');
    await vault.ask('update', 'database/static-roles/reporting', {
      db_name: 'main',
      username: 'reporting',
      rotation_period: '1h',
    });
    expect(await opens({ username: 'reporting', password: 'known to many' })).toBe(false);
    const first = await creds('reporting');
    expect(first).toMatchObject({ username: 'reporting', rotation_period: 3600 });
    expect(first.ttl).toBeGreaterThan(3500);
    expect(Date.parse(first.last_vault_rotation)).toBeGreaterThan(Date.now() - 60_000);
    expect(await opens(first)).toBe(true);
    await vault.ask('update', 'database/rotate-role/reporting');
    expect(await opens(first)).toBe(false);
    expect(await opens(await creds('reporting'))).toBe(true);
    expect(postgres.log()).not.toContain((await creds('reporting')).password);
  });

  test('is rotated on schedule', async () => {
    await makeAccount('hourly');
    await vault.ask('update', 'database/static-roles/hourly', {
      db_name: 'main',
      username: 'hourly',
      rotation_period: '5s',
    });
    const first = await creds('hourly');
    const next = await vault.until(
      () => creds('hourly'),
      ({ password }) => password !== first.password,
    );
    expect(await opens(next)).toBe(true);
    await vault.ask('delete', 'database/static-roles/hourly');
    expect(await why(vault.ask('read', 'database/static-roles/hourly'))).toContain('nothing at that path');
  });

  test('shows itself as Vault does', async () => {
    const role = await vault.ask('read', 'database/static-roles/reporting');
    expect(Object.keys(role).sort()).toEqual([
      'credential_type',
      'db_name',
      'last_vault_rotation',
      'rotation_period',
      'rotation_statements',
      'username',
    ]);
    expect(await vault.ask('list', 'database/static-roles')).toEqual({ keys: ['reporting'] });
  });

  test.each([
    [{ username: 'x', rotation_period: '1h' }, 'database name is a required field'],
    [{ db_name: 'main', rotation_period: '1h' }, 'username is a required field'],
    [{ db_name: 'main', username: 'x' }, 'one of rotation_schedule or rotation_period'],
    [{ db_name: 'main', username: 'x', rotation_period: '4s' }, '5 seconds or more'],
    [
      { db_name: 'main', username: 'x', rotation_period: 60, rotation_schedule: '0 0 * * *' },
      'mutually exclusive',
    ],
    [
      { db_name: 'main', username: 'x', rotation_period: 60, rotation_window: 3600 },
      'rotation_window is invalid',
    ],
    [{ db_name: 'main', username: 'x', rotation_schedule: '0 0 * * *', rotation_window: 60 }, '3600 seconds'],
    [{ db_name: 'main', username: 'x', rotation_schedule: 'daily' }, 'five fields'],
    [{ db_name: 'main', username: 'x"; DROP', rotation_period: 60 }, 'a username may hold'],
    [{ db_name: 'main', username: 'broker', rotation_period: 60 }, 'rotate-root'],
    [{ db_name: 'main', username: 'reporting', rotation_period: 60 }, 'rotates that account already'],
    [{ db_name: 'other', username: 'x', rotation_period: 60 }, 'there is no connection other'],
    [{ db_name: 'main', username: 'x', rotation_period: 60, rotation_mode: 'two-users' }, 'second_username'],
  ])('is refused in words: %j', async (body, words) => {
    expect(await why(vault.ask('update', 'database/static-roles/refused', body))).toContain(words);
  });

  test('is refused an account that is rotated through another connection to the same server', async () => {
    const connection = (port: number) => ({
      plugin_name: 'postgresql-database-plugin',
      connection_url: `postgresql://{{username}}:{{password}}@localhost:${port}/postgres`,
      username: postgres.user,
      password: postgres.password,
      allowed_roles: ['*'],
      verify_connection: false,
    });
    const role = (username: string) => ({ db_name: 'elsewhere', username, rotation_period: '1h' });
    await vault.ask('update', 'database/config/elsewhere', connection(postgres.port));
    expect(await why(vault.ask('update', 'database/static-roles/again', role('reporting')))).toContain(
      'rotates that account already, through the connection main',
    );
    expect(await why(vault.ask('update', 'database/static-roles/again', role('broker')))).toContain(
      'the account of the connection main, which leads to the same server',
    );
    // Where nothing answers, nobody knows whose account it is.
    await vault.ask('update', 'database/config/elsewhere', connection(1));
    expect(await why(vault.ask('update', 'database/static-roles/again', role('reporting')))).toContain(
      'cannot be told now: nothing answers',
    );
    await vault.ask('delete', 'database/config/elsewhere');
  });

  test('says why its first password is not set, and sets it when it can', async () => {
    const role = { db_name: 'main', username: 'late', rotation_period: '1h' };
    expect(await why(vault.ask('update', 'database/static-roles/late', role))).toContain('late');
    expect(await why(creds('late'))).toContain('not set yet');
    await makeAccount('late');
    await vault.until(
      () => creds('late').catch(() => undefined),
      (got) => got !== undefined,
    );
    expect(await opens(await creds('late'))).toBe(true);
    expect(await why(vault.ask('update', 'database/static-roles/late', { username: 'other' }))).toContain(
      'cannot update static account username',
    );
  }, 60_000);

  test('begins anew where it is given another account before the first password is set', async () => {
    await makeAccount('rightly');
    const role = { db_name: 'main', username: 'wrongly', rotation_period: '1h' };
    expect(await why(vault.ask('update', 'database/static-roles/rightly', role))).toContain('wrongly');
    await vault.ask('update', 'database/static-roles/rightly', { username: 'rightly' });
    await vault.until(
      () => creds('rightly').catch(() => undefined),
      (got) => got !== undefined,
    );
    expect(await opens(await creds('rightly'))).toBe(true);
    const shown = await vault.ask('list', 'sys/rotations');
    const [own] = Object.values(shown['key_info'] as Record<string, { path: string; run: number }>).filter(
      ({ path }) => path === 'database/static-creds/rightly',
    );
    expect(own?.run).toBe(2);
  }, 60_000);

  test('keeps its password through an outage of the server, and gets the next one after it', async () => {
    const before = await creds('reporting');
    await postgres.stop();
    expect(await why(vault.ask('update', 'database/rotate-role/reporting'))).toContain('not rotated');
    expect((await creds('reporting')).password).toBe(before.password);
    await postgres.start();
    await vault.settled();
    const after = await creds('reporting');
    expect(after.password).not.toBe(before.password);
    expect([await opens(before), await opens(after)]).toEqual([false, true]);
  }, 120_000);

  test('gets its old password back when the server takes logins with the new one for wrong', async () => {
    await makeAccount('broken');
    await vault.ask('update', 'database/static-roles/broken', {
      db_name: 'main',
      username: 'broken',
      rotation_period: '1h',
    });
    const before = await creds('broken');
    // A statement that sets another password than it was given.
    await vault.ask('update', 'database/static-roles/broken', {
      rotation_statements: [`ALTER ROLE "{{name}}" PASSWORD 'not {{name}} as told'`],
    });
    const refused = why(vault.ask('update', 'database/rotate-role/broken'));
    await vault.until(
      async () => (await vault.settled()).find(({ path }) => path === 'database/static-creds/broken'),
      (row) => row?.['last_result'] === 'reverted',
    );
    expect(await refused).toContain('28P01');
    expect((await creds('broken')).password).toBe(before.password);
    await vault.ask('update', 'database/static-roles/broken', { rotation_statements: [] });
    await vault.ask('update', 'database/rotate-role/broken');
    expect(await opens(await creds('broken'))).toBe(true);
  }, 60_000);
});

describe('the account of the broker itself', () => {
  const healthy = async () => (await vault.ask('read', 'database/check/main'))['reachable'];

  test('gets a password that nobody knows but the vault', async () => {
    await vault.ask('update', 'database/rotate-root/main');
    expect(await opens({ username: 'broker', password: 'brokers-first' })).toBe(false);
    expect(await healthy()).toBe(true);
    await vault.ask('update', 'database/rotate-role/reporting');
  });

  test('is not rotated where its password stands in the URL', async () => {
    await vault.ask('update', 'database/config/fixed', {
      plugin_name: 'postgresql-database-plugin',
      connection_url: postgres.url(),
      allowed_roles: ['*'],
    });
    expect(await why(vault.ask('update', 'database/rotate-root/fixed'))).toContain('unable to rotate');
  });
});

describe('two users that take turns', () => {
  test('one is always good; the former is retired when no session of it is seen', async () => {
    for (const name of ['shop_a', 'shop_b']) await makeAccount(name);
    await vault.ask('update', 'database/static-roles/shop', {
      db_name: 'main',
      username: 'shop_a',
      second_username: 'shop_b',
      rotation_mode: 'two-users',
      rotation_period: '1h',
      overlap: '20m',
      overlap_quiet: '1s',
    });
    const first = await creds('shop');
    expect(first.username).toBe('shop_a');
    const session = await postgres.login(first.username, first.password);
    await vault.ask('update', 'database/rotate-role/shop');
    const second = await creds('shop');
    expect(second.username).toBe('shop_b');
    expect([await opens(first), await opens(second)]).toEqual([true, true]);
    const shop = async () =>
      (await vault.settled()).find(({ path }) => path === 'database/static-creds/shop');
    await vault.until(shop, (row) => String(row?.['reason']).includes('1 session'));
    await session.end();
    await vault.until(shop, (row) => row?.['state'] === 'idle');
    expect([await opens(first), await opens(second)]).toEqual([false, true]);
  });

  test('an app that still has the former password keeps it good, also without a session', async () => {
    await vault.ask('update', 'sys/policies/acl/shop', {
      policy: 'path "database/static-creds/shop" { capabilities = ["read"] }',
    });
    const { auth } = await vault.answer('update', 'auth/token/create', {
      policies: ['shop'],
      display_name: 'idle-app',
    });
    const idle = String(auth?.client_token);
    const before = await vault.answer('read', 'database/static-creds/shop', {}, idle);
    const held = before.data as { username: string; password: string };
    await vault.ask('update', 'database/rotate-role/shop');
    await creds('shop');
    const shop = async () =>
      (await vault.settled()).find(({ path }) => path === 'database/static-creds/shop');
    await vault.until(shop, (row) => String(row?.['reason']).includes('idle-app'));
    expect(await opens(held)).toBe(true);
    await vault.ask('update', 'auth/token/revoke', { token: idle });
    await vault.until(shop, (row) => row?.['state'] === 'idle');
    expect(await opens(held)).toBe(false);
  });

  test('the former is retired at its deadline with the sessions that it still has', async () => {
    await vault.ask('update', 'database/static-roles/shop', { overlap: '2s' });
    const former = await creds('shop');
    const session = await postgres.login(former.username, former.password);
    await vault.ask('update', 'database/rotate-role/shop');
    const shop = async () =>
      (await vault.settled()).find(({ path }) => path === 'database/static-creds/shop');
    await vault.until(shop, (row) => row?.['state'] === 'idle');
    await expect(session.query('SELECT 1')).rejects.toThrow();
    expect([await opens(former), await opens(await creds('shop'))]).toEqual([false, true]);
  });
});
