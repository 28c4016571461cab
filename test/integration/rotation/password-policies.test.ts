import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { type KillableVault, openKillableVault } from './killable-vault.ts';

let postgres: TestPostgres;
let vault: KillableVault;
const configure = (more: Record<string, unknown> = {}) =>
  vault.ask('update', 'database/config/main', {
    plugin_name: 'postgresql-database-plugin',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
    allowed_roles: ['*'],
    ...more,
  });
const policy = (name: string, characters: string) =>
  vault.ask('update', `sys/policies/password/${name}`, {
    policy: `length = 30 rule "charset" { charset = "${characters}" }`,
  });

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.query(
    `CREATE ROLE broker LOGIN CREATEROLE PASSWORD 'brokers-first'; CREATE ROLE readers NOLOGIN;
     GRANT readers TO broker WITH ADMIN OPTION; CREATE ROLE clerk LOGIN PASSWORD 'known to many';
     GRANT clerk TO broker WITH ADMIN OPTION`,
  );
  vault = await openKillableVault();
  await policy('digits', '0123456789-');
  await policy('letters', 'abcdefghijkl$%;?');
  await policy('quotes', "0123456789'");
  await configure({
    username: 'broker',
    password: 'brokers-first',
    password_policy: 'digits',
    username_template: '{{ printf "mine-%s" (random 12) }}',
  });
});
afterAll(async () => {
  await vault?.close();
  await postgres?.close();
});

test('new users get passwords by the policy of their connection, which rotating its own password keeps', async () => {
  await vault.ask('update', 'database/roles/app', { db_name: 'main', group_role: 'readers' });
  const issue = () =>
    vault.ask('read', 'database/creds/app') as Promise<{ username: string; password: string }>;
  const { password } = await issue();
  expect(password).toMatch(/^[0-9-]{30}$/);
  await vault.ask('update', 'database/rotate-root/main');
  const after = await issue();
  expect(after.password).toMatch(/^[0-9-]{30}$/);
  expect(after.username).toMatch(/^mine-/);
  await (await postgres.login(after.username, after.password)).end();
  await expect(postgres.login('broker', 'brokers-first')).rejects.toThrow();
  expect(await vault.ask('read', 'database/config/main')).toMatchObject({
    password_policy: 'digits',
    connection_details: { username_template: expect.stringContaining('mine-') },
  });
});

test("a role's own policy goes before that of its connection, in Vault's credential_config", async () => {
  const letters = { password_policy: 'letters' };
  await vault.ask('update', 'database/roles/lettered', {
    db_name: 'main',
    group_role: 'readers',
    credential_config: letters,
  });
  expect(await vault.ask('read', 'database/roles/lettered')).toMatchObject({ credential_config: letters });
  expect(await vault.ask('read', 'database/creds/lettered')).toMatchObject({
    password: expect.stringMatching(/^[a-l$%;?]{30}$/),
  });
  const refused = vault.ask('update', 'database/roles/lettered', {
    credential_config: { password_policy: 'gone' },
  });
  await expect(refused).rejects.toThrow(/gone/);
});

test('a static role names its own, or has that of its connection', async () => {
  const write = (more: Record<string, unknown>) =>
    vault.ask('update', 'database/static-roles/clerk', {
      db_name: 'main',
      username: 'clerk',
      rotation_period: '1h',
      ...more,
    });
  const password = async () =>
    ((await vault.ask('read', 'database/static-creds/clerk')) as { password: string }).password;
  await write({});
  expect(await password()).toMatch(/^[0-9-]{30}$/);
  await write({ credential_config: '{"password_policy": "letters"}' });
  await vault.ask('update', 'database/rotate-role/clerk');
  expect(await password()).toMatch(/^[a-l$%;?]{30}$/);
  await (await postgres.login('clerk', await password())).end();
  expect(await vault.ask('read', 'database/static-roles/clerk')).toMatchObject({
    credential_config: { password_policy: 'letters' },
  });
});

test('a policy that is not there, or whose passwords would end a text in a statement, is refused', async () => {
  await expect(configure({ password_policy: 'none' })).rejects.toThrow(/no password policy none/);
  await expect(configure({ password_policy: 'quotes' })).rejects.toThrow(/quotes, backslashes/);
});

test('where the policy has gone since, a rotation says so and leaves the password as it is', async () => {
  const before = await vault.ask('read', 'database/static-creds/clerk');
  await vault.ask('delete', 'sys/policies/password/letters');
  await expect(vault.ask('update', 'database/rotate-role/clerk')).rejects.toThrow(
    /no password policy letters/,
  );
  expect(await vault.ask('read', 'database/static-creds/clerk')).toMatchObject({
    password: (before as { password: string }).password,
  });
});
