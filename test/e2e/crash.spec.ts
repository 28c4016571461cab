import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { ask } from './steps/ask.ts';
import { copied } from './steps/clipboard.ts';
import { expectRefused, knock } from './steps/database-door.ts';
import { createVault, unlock } from './steps/front-door.ts';
import { goTo } from './steps/rail.ts';

/** Long enough to log in once and to be killed while it lives, on a busy machine. */
const TTL = 12;

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let postgres: TestPostgres;
let page: Page;
/** Connection URLs of the two keycards that were out. */
let own: string;
let sample: string;
let sampleFolder = '';
let acknowledged = 0;

test.beforeAll(async () => {
  [desktop, postgres] = await Promise.all([launchDesktop(), startPostgres()]);
  page = await createVault(desktop);
  const { port, user: username, password } = postgres;
  const place = { host: '127.0.0.1', port, database: 'postgres', tls: 'off' } as const;
  await ask(page, 'databases.connect', { name: 'orders', username, password, ...place });
  await ask(page, 'databases.writeRole', {
    name: 'orders-brief',
    connection: 'orders',
    creationStatements: [`CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`],
    defaultTtl: TTL,
    maxTtl: 3600,
  });
});
test.afterAll(async () => {
  await desktop.close();
  endOrphan();
  await postgres.close();
});

test('killed in the middle of its work, the desktop leaves users that PostgreSQL itself refuses on time', async () => {
  const { role } = await ask(page, 'databases.startSample');
  sample = await issue(role.name);
  sampleFolder = (
    JSON.parse(readFileSync(join(desktop.folder, 'data', 'sample.json'), 'utf8')) as { folder: string }
  ).folder;
  own = await issue('orders-brief');
  expect([await knock(own), await knock(sample)]).toEqual(['opens', 'opens']);

  const main = desktop.app.process();
  const dead = once(main, 'exit');
  const writing = writeUntilItDies();
  await expect.poll(() => acknowledged).toBeGreaterThan(20);
  const window = await rendererPid();
  main.kill('SIGKILL');
  await dead;
  await expect.poll(() => isAlive(window), { message: 'the window’s process dies too' }).toBe(false);
  await writing;

  expect(await rolesOf(own), 'nobody has ended it yet').toBe(1);
  await expectRefused(own, (TTL + 20) * 1000);
  expect(await rolesOf(own), 'and nobody but PostgreSQL did').toBe(1);
});

test('started again, the vault opens with every secret whose writing was acknowledged', async () => {
  desktop = await desktop.restart();
  page = await desktop.window();
  await expect(page.getByRole('heading', { name: 'Unlock Seaside Hotel' })).toBeVisible();
  await unlock(page);
  const { entries } = await ask(page, 'secrets.list', { folder: 'written' });
  const names = new Set(entries.map((entry) => entry.name));
  for (let number = 1; number <= acknowledged; number += 1) expect(names).toContain(`secret-${number}`);
  const last = { path: `written/secret-${acknowledged}`, version: 1, field: 'number' };
  expect(await ask(page, 'secrets.reveal', last)).toEqual({ value: String(acknowledged) });
});

test('the keycard that was overdue is settled: its user is dropped, and it is shown dead with its proof', async () => {
  await expect.poll(() => rolesOf(own), { timeout: 30_000 }).toBe(0);
  await goTo(page, 'Keycards');
  await page.getByText(/^Dead \d$/).click();
  const row = page.getByRole('option', { name: new URL(own).username });
  await expect(row).toContainText('Dead, proven');
});

test('nothing is left of the sample: no server, no files, no keycard, no connection', async () => {
  expect(await knock(sample)).toBe('gone');
  expect(existsSync(sampleFolder)).toBe(false);
  expect(existsSync(join(desktop.folder, 'data', 'sample.json'))).toBe(false);
  await expect(page.getByText(/^Live 0$/)).toBeVisible();
  await goTo(page, 'Databases');
  await expect(page.getByRole('option', { name: 'orders-brief' })).toBeVisible();
  await expect(page.getByRole('listbox', { name: 'Databases and kinds of access' })).not.toContainText(
    'sample',
  );
});

/** Issues a keycard and gives the URL that it logs in with. */
async function issue(role: string): Promise<string> {
  const { handle } = await ask(page, 'keycards.issue', { role });
  return copied(desktop, async () => {
    await ask(page, 'keycards.copyIssued', { handle, what: 'url' });
  });
}

/** Writes one secret after the other and counts those that were acknowledged, until nobody answers any more. */
async function writeUntilItDies(): Promise<void> {
  try {
    for (let number = 1; ; number += 1) {
      const fields = [{ name: 'number', value: String(number) }];
      await ask(page, 'secrets.write', { path: `written/secret-${number}`, cas: 0, fields });
      acknowledged = number;
    }
  } catch (error) {
    if (!/closed|crash/i.test(String(error))) throw error;
  }
}

/** Where the journey has failed half-way, nobody else ends the sample's server. */
function endOrphan(): void {
  const pidFile = join(sampleFolder, 'data', 'postmaster.pid');
  if (sampleFolder === '' || !existsSync(pidFile)) return;
  process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGQUIT');
  rmSync(sampleFolder, { recursive: true, force: true, maxRetries: 5 });
}

async function rendererPid(): Promise<number> {
  const pid = await desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  if (pid === undefined) throw new Error('there is no window');
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function rolesOf(url: string): Promise<number> {
  const { username } = new URL(url);
  const rows = await postgres.query('SELECT FROM pg_roles WHERE rolname = $1', [username]);
  return rows.length;
}
