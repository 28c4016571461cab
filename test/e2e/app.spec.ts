import { expect, type Page, test } from '@playwright/test';
import type nodeVault from 'node-vault';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { ask } from './steps/ask.ts';
import { copied } from './steps/clipboard.ts';
import { expectRefused, knock } from './steps/database-door.ts';
import { environmentOf } from './steps/environment-lines.ts';
import { createVault } from './steps/front-door.ts';
import { goTo } from './steps/rail.ts';
import { statusOf, vaultClient } from './steps/vault-client.ts';

/** Long enough to log in once on a busy machine. */
const TTL = 6;

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let postgres: TestPostgres;
let page: Page;
let environment: Readonly<Record<string, string>>;
let client: nodeVault.client;

test.beforeAll(async () => {
  [desktop, postgres] = await Promise.all([launchDesktop(), startPostgres()]);
  page = await createVault(desktop);
  for (const path of ['shop/production/stripe', 'intranet/wiki']) {
    await ask(page, 'secrets.write', { path, cas: 0, fields: [{ name: 'KEY', value: `key of ${path}` }] });
  }
  const { port, user: username, password } = postgres;
  const place = { host: '127.0.0.1', port, database: 'postgres', tls: 'off' } as const;
  await ask(page, 'databases.connect', { name: 'orders', username, password, ...place });
  for (const [name, defaultTtl] of [
    ['orders-brief', TTL],
    ['orders-hour', 3600],
  ] as const) {
    await ask(page, 'databases.writeRole', {
      name,
      connection: 'orders',
      creationStatements: [
        `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`,
      ],
      defaultTtl,
      maxTtl: 7200,
    });
  }
});
test.afterAll(async () => {
  await desktop.close();
  await postgres.close();
});

test('the wizard gives an app its doors, and hands over a private half that no screen shows', async () => {
  await goTo(page, 'Apps');
  await page.getByRole('button', { name: 'New app' }).click();
  await page.getByLabel('Which app?').fill('orders-api');
  await chooseDoor(1, 'Read the secret', 'shop/production/');
  await page.getByRole('button', { name: 'Add a door' }).click();
  await chooseDoor(2, 'Get a database user', 'orders-brief');
  await page.getByRole('button', { name: 'Add a door' }).click();
  await chooseDoor(3, 'Get a database user', 'orders-hour');
  await expect(page.getByRole('region', { name: 'Policy text' })).toContainText(
    'path "database/creds/orders-brief"',
  );
  await page.getByRole('button', { name: 'Create app' }).click();

  await page.getByRole('button', { name: 'Make the keycard' }).click();
  const handOver = page.getByRole('dialog', { name: 'Hand over to orders-api' });
  await expect(handOver.getByRole('article')).toContainText('One use left');
  environment = environmentOf(
    await copied(desktop, () => page.getByRole('button', { name: 'Copy environment lines' }).click()),
  );
  expect(Object.keys(environment)).toEqual(['VAULT_ADDR', 'VAULT_ROLE_ID', 'VAULT_SECRET_ID']);
  expect(await page.content()).not.toContain(environment['VAULT_SECRET_ID']);
  await page.getByRole('button', { name: 'Done' }).click();
});

test('the app logs in at the desktop’s broker with an unmodified client, and only once', async () => {
  const address = environment['VAULT_ADDR'] ?? '';
  await expect(
    page.getByRole('button', { name: `Copy broker address ${address}`, exact: true }),
  ).toBeVisible();
  const ids = {
    role_id: environment['VAULT_ROLE_ID'] ?? '',
    secret_id: environment['VAULT_SECRET_ID'] ?? '',
  };
  client = vaultClient(address);
  const { auth } = await client.approleLogin(ids);
  expect(auth.policies).toContain('app-orders-api');
  expect(await statusOf(vaultClient(address).approleLogin(ids)), 'the private half is used up').toBe(400);
});

test('its doors open, and nothing else does', async () => {
  const { data } = await client.read('secret/data/shop/production/stripe');
  expect(data.data).toEqual({ KEY: 'key of shop/production/stripe' });
  expect(await statusOf(client.read('secret/data/intranet/wiki'))).toBe(403);
  expect(await statusOf(client.write('secret/data/shop/production/stripe', { data: { KEY: 'x' } }))).toBe(
    403,
  );
  expect(await statusOf(client.read('auth/approle/role/orders-api'))).toBe(403);
});

test('a database user that it fetched is refused by PostgreSQL after its time', async () => {
  const url = await fetchUser('orders-brief');
  expect(await knock(url), 'it opens the door at first').toBe('opens');
  await expectRefused(url, (TTL + 20) * 1000);
});

test('the desk shows when the app last came, and what it holds', async () => {
  await fetchUser('orders-hour');
  const row = page.getByRole('listbox', { name: 'Apps' }).getByRole('option', { name: 'orders-api' });
  await expect(row).toContainText('1 live');
  await expect(row).toContainText(/just now|ago/);
  const detail = page.getByRole('region', { name: 'Detail' });
  await expect(detail).toContainText(/Last came (just now|\d+ s ago)/);
  await expect(detail.getByRole('region', { name: 'Live keycards' }).getByRole('article')).toContainText(
    'database/creds/orders-hour',
  );
});

test('removing the app ends its token, its keycards and its way in', async () => {
  const url = await fetchUser('orders-hour');
  expect(await knock(url)).toBe('opens');
  await page.getByRole('button', { name: 'Remove…' }).click();
  const question = page.getByRole('dialog', { name: 'Remove orders-api?' });
  await expect(question).toContainText('2 keycards');
  await question.getByRole('button', { name: 'Remove app' }).click();
  await expect(page.getByRole('heading', { name: 'Give an app its first keycard' })).toBeVisible();

  expect(await statusOf(client.tokenLookupSelf())).toBe(403);
  await expectRefused(url);
});

async function chooseDoor(number: number, kind: string, target: string): Promise<void> {
  await page.getByRole('combobox', { name: `What door ${number} allows` }).click();
  await page.getByRole('option', { name: kind, exact: true }).click();
  await page.getByRole('combobox', { name: `Where door ${number} leads` }).fill(target);
  await page.keyboard.press('Tab');
}

/** Asks the broker for a database user, and gives it as the URL that it logs in with. */
async function fetchUser(role: string): Promise<string> {
  const { data } = await client.read(`database/creds/${role}`);
  return postgres.url({ user: data.username, password: data.password });
}
