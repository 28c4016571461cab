import { expect, type Page, test } from '@playwright/test';
import type nodeVault from 'node-vault';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';
import { closing, createVault, lockByKey, tryPassphrase, unlock } from './steps/front-door.ts';
import { appWithDoors } from './steps/hand-over.ts';
import { goTo } from './steps/rail.ts';
import { statusOf } from './steps/vault-client.ts';

const VALUE = 'wiki-canary';

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let page: Page;
let client: nodeVault.client;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  page = await createVault(desktop);
  await ask(page, 'secrets.write', {
    path: 'intranet/wiki',
    cas: 0,
    fields: [{ name: 'TOKEN', value: VALUE }],
  });
  client = await appWithDoors(desktop, page, [{ kind: 'read-secret', target: 'intranet/wiki' }]);
});
test.afterAll(() => desktop.close());

test('Ctrl+L closes the screen with its process, and apps go on being served', async () => {
  await expectWiki();
  const before = await rendererPid();
  page = await lockByKey(desktop, page);
  expect(await rendererPid()).not.toBe(before);
  await expect(page.getByRole('heading', { name: 'Seaside Hotel is locked' })).toBeVisible();
  await expect(page.getByText('Serving apps')).toBeVisible();
  expect(await page.content()).not.toContain(VALUE);
  const { data } = await client.read('secret/data/intranet/wiki');
  expect(data.data).toEqual({ TOKEN: VALUE });
});

test('a wrong passphrase is refused in words, and each further miss makes the next try wait longer', async () => {
  const waits: number[] = [];
  for (let miss = 1; miss <= 5; miss += 1) {
    await tryPassphrase(page, `wrong ${miss}`);
    // It is emptied when the answer is there.
    await expect(page.getByLabel('Passphrase')).toHaveValue('', { timeout: 30_000 });
    await expect(page.getByRole('alert')).toContainText('That does not open the vault.');
    const { nextTryAt } = await ask(page, 'app.status');
    waits.push(nextTryAt === null ? 0 : nextTryAt - (await page.evaluate(() => Date.now())));
    // One second, which a busy machine may sleep through, then two, then four.
    if (miss === 5) await expect(page.getByRole('button', { name: /^Next try in/ })).toBeDisabled();
    await expect(page.getByRole('button', { name: 'Unlock', exact: true })).toBeVisible();
  }
  expect(waits.slice(0, 2), 'people mistype').toEqual([0, 0]);
  expect(waits[2]).toBeLessThanOrEqual(1000);
  expect(waits[4]).toBeGreaterThan(2000);
});

test('the right passphrase shows the same house again', async () => {
  await unlock(page);
  await expectWiki();
});

test('sealing says which apps stop, stops them, and unlocking lets them go on', async () => {
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Seal…' }).click();
  const question = page.getByRole('dialog', { name: 'Seal the vault?' });
  await expect(question).toContainText('orders-api');
  page = await closing(desktop, page, () =>
    question.getByRole('button', { name: 'Seal', exact: true }).click(),
  );
  await expect(page.getByRole('heading', { name: 'Unlock Seaside Hotel' })).toBeVisible();
  expect(await statusOf(client.read('secret/data/intranet/wiki'))).toBe(503);

  await unlock(page);
  await expectWiki();
  expect(await statusOf(client.read('secret/data/intranet/wiki'))).toBe(200);
});

test('after quitting and starting again the vault is on the list, and everything is still there', async () => {
  desktop = await desktop.restart();
  page = await desktop.window();
  await expect(page.getByRole('heading', { name: 'Unlock Seaside Hotel' })).toBeVisible();
  await page.getByRole('button', { name: 'Create or open another vault' }).click();
  await page.getByRole('region', { name: 'Known vaults' }).getByText('Seaside Hotel').click();
  await unlock(page);
  await expectWiki();
  await goTo(page, 'Apps');
  await expect(page.getByRole('option', { name: 'orders-api' })).toBeVisible();
});

function rendererPid(): Promise<number | undefined> {
  return desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
}

/** Opens the one secret, by hand, and sees its value. */
async function expectWiki(): Promise<void> {
  await goTo(page, 'Secrets');
  const folder = page.getByRole('treeitem', { name: 'intranet' });
  if ((await folder.getAttribute('aria-expanded')) === 'false') await folder.click();
  await page.getByRole('treeitem', { name: 'wiki' }).click();
  await page.getByRole('button', { name: 'Reveal TOKEN' }).click();
  await expect(page.getByText(VALUE)).toBeVisible();
}
