import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../../support/kw.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';

const ROOT = 'root-of-a-test';
/** The lines of the guide that anybody can type, in their order. */
const lines = readFileSync('docs/guide/rotation.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('kw '));

let home: KwHome;
let postgres: TestPostgres;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  home = makeKwHome();
  home.file('new.json', '{"value":"2947"}');
  const [served] = await Promise.all([
    home.serve(['--dev', '--dev-root-token-id', ROOT, '--listen', '127.0.0.1:0']),
    startPostgres().then((started) => {
      postgres = started;
    }),
  ]);
  env = { VAULT_ADDR: served.address, VAULT_TOKEN: ROOT };
  await postgres.query(`
    CREATE ROLE reports LOGIN;
    CREATE ROLE steward LOGIN SUPERUSER PASSWORD 'first-of-the-steward'`);
  await fetch(`${served.address}/v1/database/config/main`, {
    method: 'POST',
    headers: { 'X-Vault-Token': ROOT },
    body: JSON.stringify({
      plugin_name: 'postgresql-database-plugin',
      connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
      username: 'steward',
      password: 'first-of-the-steward',
      allowed_roles: '*',
    }),
  });
});
afterAll(async () => {
  await home?.remove();
  await postgres?.close();
});

it('the guide has lines to try', () => expect(lines.length).toBeGreaterThan(10));

it.each(lines)('the guide’s line does what it says: %s', async (line) => {
  const args = [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)]
    .map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
    .slice(1);
  expect(await home.kw(args, { env })).toMatchObject({ code: 0 });
});

/** An exit code says that something was done: this looks at what. */
it.each([
  ['secret/rotation/app/session', { state: 'idle', last_result: 'rotated', rotation_period: 2_592_000 }],
  ['secret/data/app/session', { key: expect.stringMatching(/^[A-Za-z0-9]{40}$/) }],
  ['secret/metadata/app/session', { current_version: 2 }],
  ['secret/rotation/crm/api', { kind: 'hook', hook: 'crm', last_result: 'rotated' }],
  ['secret/data/bank/pin', { value: '2947' }],
  ['database/static-creds/reports', { username: 'reports', password: expect.stringMatching(/./) }],
])('afterwards %s reads as %j', async (path, expected) => {
  const { stdout } = await home.kw(['read', path, '--json'], { env });
  const { data } = JSON.parse(stdout) as { data: Record<string, unknown> };
  expect(path.includes('/data/') ? data['data'] : data).toMatchObject(expected);
});

it('afterwards what was made is the one way in: the passwords that people knew are refused', async () => {
  await expect(postgres.login('steward', 'first-of-the-steward')).rejects.toThrow(/28P01|authentication/);
});
