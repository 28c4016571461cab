import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';
import { copied, readClipboard } from './steps/clipboard.ts';
import { createVault } from './steps/front-door.ts';
import { goTo } from './steps/rail.ts';

const PATH = 'shop/production/stripe';
const OLD_KEY = 'sk_live_first-canary';
const NEW_KEY = 'sk_live_second-canary';
const HOOK = 'whsec_untouched-canary';

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let page: Page;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  page = await createVault(desktop);
});
test.afterAll(() => desktop.close());

test('a secret is stored, and its values stay hidden until they are asked for', async () => {
  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByLabel('Path').fill(PATH);
  await page.getByLabel('Name of field 1').fill('API_KEY');
  await page.getByLabel('Value of field 1').fill(OLD_KEY);
  await page.getByRole('button', { name: 'Add a field' }).click();
  await page.getByLabel('Name of field 2').fill('WEBHOOK');
  await page.getByLabel('Value of field 2').fill(HOOK);
  await page.getByRole('button', { name: 'Store secret' }).click();
  await expect(page.getByRole('heading', { name: PATH })).toBeVisible();
  await expect(page.getByRole('treeitem', { name: 'production' })).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expectHidden(OLD_KEY, HOOK);

  await reveal('API_KEY');
  await expect(page.getByText(OLD_KEY)).toBeVisible();
  await expectHidden(HOOK);
  await page.getByRole('button', { name: 'Hide API_KEY' }).click();
  await expectHidden(OLD_KEY);
});

test('copying shows nothing, says how long, and the clipboard is cleared on time', async () => {
  await goTo(page, 'Settings');
  const seconds = page.getByLabel('Clear the clipboard after, seconds');
  await seconds.fill('5');
  await seconds.press('Enter');
  await expect.poll(async () => (await ask(page, 'app.preferences')).clipboardSeconds).toBe(5);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  const value = await copied(desktop, () => page.getByRole('button', { name: 'Copy API_KEY' }).click());
  expect(value).toBe(OLD_KEY);
  await expectHidden(OLD_KEY);
  const countdown = page.getByRole('button', { name: /Clipboard clears in/ });
  await expect(countdown).toBeVisible();
  await expect.poll(() => readClipboard(desktop), { message: 'it is cleared' }).toBe('');
  await expect(countdown).toBeHidden();
});

test('a new version keeps the fields that were not touched, and the older one can still be looked at', async () => {
  await page.getByRole('button', { name: 'New version' }).click();
  await page.getByLabel('Value of field 1').fill(NEW_KEY);
  await expect(page.getByLabel('Value of field 2')).toHaveValue('');
  await page.getByRole('button', { name: 'Save as version 2' }).click();
  await expect(page.getByText('Version 2 of 2')).toBeVisible();
  expect(await copyOf('API_KEY')).toBe(NEW_KEY);
  expect(await copyOf('WEBHOOK')).toBe(HOOK);

  await page.getByRole('button', { name: /^Version 1/ }).click();
  await expect(page.getByText('This is an older version')).toBeVisible();
  await reveal('API_KEY');
  await expect(page.getByText(OLD_KEY)).toBeVisible();
  await page.getByRole('button', { name: 'Back to the current version' }).click();
  await expect(page.getByText('Version 2 of 2')).toBeVisible();
  await expectHidden(OLD_KEY);
});

test('a deleted secret cannot be read, and undo brings it back', async () => {
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('This version is deleted')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Reveal API_KEY' })).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('This version is deleted')).toBeHidden();
  expect(await copyOf('API_KEY')).toBe(NEW_KEY);
});

test('a pasted .env is shown without its values, and becomes one secret of what is ticked', async () => {
  const lines = [
    '# shop',
    'DATABASE_URL=postgres://env-canary',
    'export MAIL_TOKEN="mail-canary"',
    'DEBUG=1',
    'no line',
  ];
  await desktop.app.evaluate(async ({ clipboard, BrowserWindow }, text) => {
    await clipboard.writeText(text);
    BrowserWindow.getAllWindows()[0]?.webContents.paste();
  }, lines.join('\n'));

  const dialog = page.getByRole('dialog', { name: 'Import .env' });
  await expect(dialog.getByRole('row')).toHaveCount(4);
  await expect(dialog).toContainText('1 line could not be read');
  await expectHidden('env-canary', 'mail-canary');
  await dialog.getByRole('checkbox', { name: 'Store DEBUG' }).uncheck();
  await dialog.getByLabel('Path').fill('shop/development/env');
  await dialog.getByRole('button', { name: 'Store 2 fields' }).click();

  const stored = page.getByRole('dialog', { name: 'Stored' });
  await expect(stored).toContainText('MAIL_TOKEN=kw://secret/shop/development/env#MAIL_TOKEN');
  await expectHidden('env-canary', 'mail-canary');
  await stored.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('heading', { name: 'shop/development/env' })).toBeVisible();
  expect(await copyOf('DATABASE_URL')).toBe('postgres://env-canary');
  expect(await copyOf('MAIL_TOKEN')).toBe('mail-canary');
  await expect(page.getByRole('button', { name: 'Reveal DEBUG' })).toBeHidden();
});

test('what was revealed hides itself after half a minute', async () => {
  await page.clock.install();
  await reveal('MAIL_TOKEN');
  await expect(page.getByText('mail-canary')).toBeVisible();
  await page.clock.fastForward(20_000);
  await expect(page.getByText('mail-canary')).toBeVisible();
  await page.clock.fastForward(11_000);
  await expectHidden('mail-canary');
  await expect(page.getByRole('button', { name: 'Reveal MAIL_TOKEN' })).toBeVisible();
});

async function reveal(name: string): Promise<void> {
  await page.getByRole('button', { name: `Reveal ${name}`, exact: true }).click();
}

function copyOf(name: string): Promise<string> {
  // The button is called otherwise for a moment after it was pressed.
  return copied(desktop, () => page.getByRole('button', { name: new RegExp(`Copy ${name}$`) }).click());
}

/** Not on the screen, and nowhere else in the page. */
async function expectHidden(...values: readonly string[]): Promise<void> {
  for (const value of values) {
    await expect
      .poll(() => page.content(), { message: `the page does not hold ${value}` })
      .not.toContain(value);
  }
}
