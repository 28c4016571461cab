import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { ask } from './steps/ask.ts';
import { copied } from './steps/clipboard.ts';
import { expectRefused, knock } from './steps/database-door.ts';
import { createVault } from './steps/front-door.ts';
import { goTo } from './steps/rail.ts';

/** Long enough to log in once on a busy machine. */
const TTL = 8;
const BROKER = { user: 'keywarden', password: 'only-for-keywarden' };

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let postgres: TestPostgres;
let page: Page;

test.beforeAll(async () => {
  [desktop, postgres] = await Promise.all([launchDesktop(), startPostgres()]);
  await postgres.query(
    `CREATE ROLE readers NOLOGIN;
     CREATE ROLE ${BROKER.user} LOGIN CREATEROLE PASSWORD '${BROKER.password}';
     GRANT readers TO ${BROKER.user} WITH ADMIN OPTION;
     CREATE TABLE orders (id integer);
     GRANT SELECT ON orders TO readers`,
  );
  page = await createVault(desktop);
});
test.afterAll(async () => {
  await desktop.close();
  await postgres.close();
});

test('a connection that does not work is refused in words, and nothing of it is kept', async () => {
  await goTo(page, 'Databases');
  await page.getByRole('button', { name: 'Connect mine' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect a database' });
  await dialog.getByLabel('Name').fill('orders-db');
  await dialog.getByLabel('Host').fill('127.0.0.1');
  await dialog.getByLabel('User').fill(BROKER.user);
  await dialog.getByLabel('Password').fill(BROKER.password);
  await dialog.getByText('No', { exact: true }).click();

  await dialog.getByLabel('Port').fill('1');
  await dialog.getByRole('button', { name: 'Check and connect' }).click();
  await expect(dialog.getByRole('alert')).toContainText(/nothing answers at that address/i);

  await dialog.getByLabel('Port').fill(String(postgres.port));
  await dialog.getByLabel('Password').fill('not the password');
  await dialog.getByRole('button', { name: 'Check and connect' }).click();
  await expect(dialog.getByRole('alert')).toContainText(/password/);
  await expect(dialog.getByRole('alert')).not.toContainText('not the password');

  expect(await ask(page, 'databases.list')).toMatchObject({ connections: [], roles: [] });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('button', { name: 'Connect mine' })).toBeVisible();
});

test('a connection and a kind of access are added by hand, and the connection is healthy', async () => {
  await page.getByRole('button', { name: 'Connect mine' }).click();
  const connect = page.getByRole('dialog', { name: 'Connect a database' });
  await connect.getByLabel('Name').fill('orders-db');
  // As one pastes it from a dashboard: it fills in the rest.
  await connect.getByLabel('Host').fill(`${postgres.url(BROKER)}?sslmode=disable`);
  await expect(connect.getByLabel('Port')).toHaveValue(String(postgres.port));
  await connect.getByRole('button', { name: 'Check and connect' }).click();
  await expect(page.getByRole('heading', { name: 'orders-db' })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('Healthy')).toBeVisible({ timeout: 30_000 });
  expect(await page.content()).not.toContain(BROKER.password);

  await page.getByRole('button', { name: 'Add a kind of access' }).click();
  const access = page.getByRole('dialog', { name: 'Add a kind of access to orders-db' });
  await access.getByLabel('Name').fill('orders-readonly');
  const statements = access.getByLabel('How a user is made');
  await statements.fill((await statements.inputValue()).replace('"group"', 'readers'));
  await access.getByRole('button', { name: 'Add kind of access' }).click();
  await expect(page.getByRole('heading', { name: 'orders-readonly' })).toBeVisible();
});

test('a keycard of a few seconds works, is refused by PostgreSQL after its time, and is shown dead with its proof', async () => {
  await page.getByRole('button', { name: 'Issue a keycard' }).click();
  await page.getByLabel('Lives for').fill(`${TTL}s`);
  await page.getByRole('button', { name: 'Issue keycard' }).click();
  const url = await copied(desktop, () => page.getByRole('button', { name: 'Copy connection URL' }).click());
  expect(await knock(url), 'it opens the door at first').toBe('opens');

  await expectRefused(url, (TTL + 20) * 1000);
  const card = page.getByRole('dialog', { name: 'Your keycard' }).getByRole('article');
  await expect(card, 'the card dies before its holder’s eyes').toContainText('Dead, proven');
  await page.getByRole('button', { name: 'Done' }).click();

  const { username } = new URL(url);
  expect(await postgres.query('SELECT FROM pg_roles WHERE rolname = $1', [username])).toEqual([]);
  await goTo(page, 'Keycards');
  await page.getByText(/^Dead 1$/).click();
  const row = page.getByRole('option', { name: username });
  await expect(row).toContainText('Dead, proven');
  await row.click();
  await expect(page.getByRole('region', { name: 'Proof' }).getByRole('listitem')).toHaveText([
    /no such role/,
    /no session/,
    /login refused: 28/,
  ]);
});
