import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';
import { copied } from './steps/clipboard.ts';
import { PASSPHRASE, shownKit } from './steps/front-door.ts';
import { press, tabTo } from './steps/keys.ts';

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let page: Page;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  page = await desktop.window();
});
test.afterAll(() => desktop.close());

test('a vault is made without a mouse', async () => {
  await press(page, page.getByRole('button', { name: 'Create a vault' }), 'Enter');
  await tabTo(page, page.getByLabel('Passphrase', { exact: true }));
  await page.keyboard.type(PASSPHRASE);
  await tabTo(page, page.getByLabel('Repeat the passphrase'));
  await page.keyboard.type(PASSPHRASE);
  await page.keyboard.press('Enter');
  const { group } = await shownKit(page);
  await tabTo(page, page.getByLabel(/^Group \d+ of the kit$/));
  await page.keyboard.type(group);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible({ timeout: 60_000 });
});

test('secrets are stored without a mouse', async () => {
  await storeSecret('shop/production/mail', 'MAIL_TOKEN', 'mail-canary');
  await storeSecret('shop/production/stripe', 'API_KEY', 'stripe-canary');
});

test('Ctrl+K finds a secret by a few letters, and arrows and Enter go there', async () => {
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Find anything' })).toBeFocused();
  await page.keyboard.type('shop production');
  const found = page.getByRole('listbox', { name: 'Found' }).getByRole('option');
  await expect(found).toHaveCount(2);
  await expect(found.nth(0)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(found.nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await expect(found.nth(0)).toContainText('shop/production/mail');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'shop/production/mail' })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('arrows walk the tree, fold and unfold it, and Ctrl+C copies the path', async () => {
  const tree = page.getByRole('tree', { name: 'Secrets' });
  await tabTo(page, tree);
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('heading', { name: 'shop/production/stripe' })).toBeVisible();
  expect(await copied(desktop, () => page.keyboard.press('Control+c'))).toBe('shop/production/stripe');

  await page.keyboard.press('ArrowLeft');
  const folder = page.getByRole('treeitem', { name: 'production' });
  await expect(folder).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowLeft');
  await expect(folder).toHaveAttribute('aria-expanded', 'false');
  await expect(page.getByRole('treeitem', { name: 'stripe' })).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await expect(folder).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('End');
  await expect(page.getByRole('heading', { name: 'shop/production/stripe' })).toBeVisible();
});

test('a value is revealed, hidden and copied without a mouse', async () => {
  await press(page, page.getByRole('button', { name: 'Reveal API_KEY' }), 'Enter');
  await expect(page.getByText('stripe-canary')).toBeVisible();
  const hide = page.getByRole('button', { name: 'Hide API_KEY' });
  await expect(hide, 'the focus stays where it was').toBeFocused();
  expect(await copied(desktop, () => page.keyboard.press('Control+c'))).toBe('stripe-canary');
  await page.keyboard.press('Space');
  await expect(page.getByText('stripe-canary')).toBeHidden();
});

test('a new version is written and a secret deleted and brought back without a mouse', async () => {
  await press(page, page.getByRole('button', { name: 'New version' }), 'Enter');
  await tabTo(page, page.getByLabel('Value of field 1'));
  await page.keyboard.type('stripe-canary-2');
  await press(page, page.getByRole('button', { name: 'Save as version 2' }), 'Enter');
  await expect(page.getByText('Version 2 of 2')).toBeVisible();
  await press(page, page.getByRole('button', { name: 'Delete', exact: true }), 'Enter');
  await expect(page.getByText('This version is deleted')).toBeVisible();
  await press(page, page.getByRole('button', { name: 'Bring it back' }), 'Enter');
  await expect(page.getByText('This version is deleted')).toBeHidden();
  const latest = { path: 'shop/production/stripe', version: 2, field: 'API_KEY' };
  expect(await ask(page, 'secrets.reveal', latest)).toEqual({ value: 'stripe-canary-2' });
});

test('Escape closes what is open, and gives the focus back to where it was', async () => {
  const opener = page.getByRole('button', { name: 'New secret' });
  await press(page, opener, 'Enter');
  await expect(page.getByRole('dialog', { name: 'New secret' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(opener).toBeFocused({ timeout: 3000 });
});

async function storeSecret(path: string, field: string, value: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Find anything' })).toBeFocused();
  await page.keyboard.type('new secret');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'New secret' });
  await expect(dialog.getByLabel('Path')).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(path);
  await tabTo(page, dialog.getByLabel('Name of field 1'));
  await page.keyboard.type(field);
  await tabTo(page, dialog.getByLabel('Value of field 1'));
  await page.keyboard.type(value);
  await press(page, dialog.getByRole('button', { name: 'Store secret' }), 'Enter');
  await expect(page.getByRole('heading', { name: path })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
}
