import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { startMariaDb, type TestMariaDb } from '../support/mariadb.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { findServerProgram } from '../support/server-home.ts';
import { copied } from './steps/clipboard.ts';
import { createVault } from './steps/front-door.ts';
import { goTo } from './steps/rail.ts';

const missing = ['mariadbd', 'redis-server'].filter((name) => !findServerProgram(name));
if (missing.length > 0) {
  process.stdout.write(`NOT RUN: other-databases.spec.ts: not installed here: ${missing.join(', ')}\n`);
  if (process.env['CI']) throw new Error(`not installed: ${missing.join(', ')}`);
}
test.skip(missing.length > 0, `not installed here: ${missing.join(', ')}`);
test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let mariadb: TestMariaDb;
let redis: TestRedis;
let page: Page;

test.beforeAll(async () => {
  [desktop, mariadb, redis] = await Promise.all([launchDesktop(), startMariaDb(), startRedis()]);
  await mariadb.query(
    `CREATE DATABASE shop; CREATE TABLE shop.orders (id INT);
     CREATE USER keeper@'%' IDENTIFIED BY 'only-for-keywarden';
     GRANT CREATE USER, PROCESS ON *.* TO keeper@'%'; GRANT SELECT ON mysql.* TO keeper@'%';
     GRANT SELECT ON shop.* TO keeper@'%' WITH GRANT OPTION`,
  );
  page = await createVault(desktop);
});
test.afterAll(async () => {
  await desktop?.close();
  await mariadb?.close();
  await redis?.close();
});

test('a MariaDB is connected by its URL, and what right is missing is said with what to run', async () => {
  await goTo(page, 'Databases');
  await page.getByRole('button', { name: 'Connect mine' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect a database' });
  await dialog.getByText('MariaDB or MySQL').click();
  await expect(dialog.getByLabel('Port')).toHaveValue('3306');
  await expect(dialog).toContainText('Needs Keywarden');
  await dialog.getByLabel('Name').fill('shop-db');
  const url = `mysql://keeper:only-for-keywarden@127.0.0.1:${mariadb.port}/shop?tls=false`;
  await dialog.getByLabel('Host').fill(url);
  await expect(dialog.getByLabel('Port')).toHaveValue(String(mariadb.port));
  await dialog.getByRole('button', { name: 'Check and connect' }).click();
  await expect(page.getByRole('heading', { name: 'shop-db' })).toBeVisible({ timeout: 30_000 });
  const health = page.getByRole('region', { name: 'Health' });
  await expect(health).toContainText(/GRANT CONNECTION ADMIN ON \*\.\* TO/);
  await mariadb.query("GRANT CONNECTION ADMIN ON *.* TO keeper@'%'");
  await health.getByRole('button', { name: 'Check now' }).click();
  await expect(health).toContainText('Healthy');
  await expect(health).toContainText('MariaDB 10');
  await expect(health).toContainText('Needs Keywarden');
});

test('its keycard says that it needs Keywarden, works, and is dead and proven after its end', async () => {
  await page.getByRole('button', { name: 'Add a kind of access' }).click();
  const access = page.getByRole('dialog', { name: 'Add a kind of access to shop-db' });
  await access.getByLabel('Name').fill('shop-reader');
  const statements = access.getByLabel('How a user is made');
  await statements.fill((await statements.inputValue()).replace('`database`', '`shop`'));
  await access.getByRole('button', { name: 'Add kind of access' }).click();
  await expect(page.getByRole('region', { name: 'What its keycards promise' })).toContainText(
    'Needs Keywarden',
  );
  const url = await issue();
  expect(url.href).toContain(`127.0.0.1:${mariadb.port}/shop`);
  const client = await mariadb.login(url.username, url.password);
  await client.query('SELECT * FROM shop.orders');
  await client.end();
  await revoke(url.username);
  await expect(mariadb.login(url.username, url.password)).rejects.toMatchObject({ errno: 1045 });
});

test('a Redis is connected, and its users end as well', async () => {
  await goTo(page, 'Databases');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect a database' });
  await dialog.getByText('Redis', { exact: true }).click();
  await expect(dialog.getByLabel('Database', { exact: true })).toHaveCount(0);
  await dialog.getByLabel('Name').fill('cache');
  await dialog.getByLabel('Host').fill(`redis://default:${redis.password}@127.0.0.1:${redis.port}`);
  await dialog.getByRole('button', { name: 'Check and connect' }).click();
  await expect(page.getByRole('heading', { name: 'cache' })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('region', { name: 'Health' })).toContainText('Healthy');
  await page.getByRole('button', { name: 'Add a kind of access' }).click();
  const access = page.getByRole('dialog', { name: 'Add a kind of access to cache' });
  await access.getByLabel('Name').fill('cache-reader');
  await access.getByLabel('How a user is made').fill('~shop:* +@read +@connection');
  await access.getByRole('button', { name: 'Add kind of access' }).click();
  await expect(page.getByRole('heading', { name: 'cache-reader' })).toBeVisible();
  const { username, password } = await issue();
  const client = await redis.login(username, password);
  expect(await client.get('shop:1')).toBeNull();
  client.disconnect();
  await revoke(username);
  await expect(redis.login(username, password)).rejects.toThrow(/WRONGPASS/);
});

async function issue(): Promise<URL> {
  await page.getByRole('button', { name: 'Issue a keycard' }).click();
  await page.getByRole('button', { name: 'Issue keycard' }).click();
  const text = await copied(desktop, () => page.getByRole('button', { name: 'Copy connection URL' }).click());
  await expect(page.getByRole('dialog', { name: 'Your keycard' })).toContainText('Needs Keywarden');
  await page.getByRole('button', { name: 'Done' }).click();
  return new URL(text);
}

async function revoke(username: string): Promise<void> {
  await goTo(page, 'Keycards');
  await page.getByRole('option', { name: username }).click();
  await page.getByRole('button', { name: 'Revoke…' }).click();
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await expect(page.getByRole('option', { name: username })).toHaveCount(0);
  await page.getByText(/^Dead \d$/).click();
  await expect(page.getByRole('option', { name: username })).toContainText('Dead, proven');
  await page.getByText(/^Live \d$/).click();
}
