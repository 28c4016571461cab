import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';
import { createVault, lockByKey } from './steps/front-door.ts';
import { goTo } from './steps/rail.ts';

test.describe.configure({ mode: 'serial' });
test.setTimeout(240_000);
let desktop: TestDesktop;
let page: Page;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  page = await desktop.window();
});
test.afterAll(() => desktop.close());

test('axe finds nothing serious on the way in', async () => {
  await look('welcome');
  await page.getByRole('button', { name: 'Create a vault' }).click();
  await page.getByLabel('Passphrase', { exact: true }).fill('short');
  await page.getByLabel('Repeat the passphrase').fill('other');
  await look('create a vault, with what is wrong');
  await page.getByRole('button', { name: 'Back' }).click();
  page = await createVault(desktop);
});

test('axe finds nothing serious on the empty screens', async () => {
  for (const screen of ['Secrets', 'Apps', 'Keycards', 'Databases', 'Rotation'] as const) {
    await goTo(page, screen);
    await look(`${screen}, empty`);
  }
});

test('axe finds nothing serious about secrets', async () => {
  for (const path of ['shop/production/stripe', 'shop/staging/stripe', 'backup-key']) {
    const fields = [{ name: 'API_KEY', value: 'canary' }];
    await ask(page, 'secrets.write', { path, cas: 0, fields });
    await ask(page, 'secrets.write', { path, cas: 1, fields });
  }
  await goTo(page, 'Secrets');
  await page.getByRole('treeitem', { name: 'backup-key' }).click();
  await page.getByRole('button', { name: 'Reveal API_KEY' }).click();
  await expect(page.getByText('canary')).toBeVisible();
  await look('a secret');
  await page.getByRole('button', { name: /^Version 1/ }).click();
  await expect(page.getByText('This is an older version')).toBeVisible();
  await look('an older version');
  await inDialog('New secret', () => page.getByRole('button', { name: 'New secret' }).click());
  await inDialog('Import .env', async () => {
    await page.getByRole('button', { name: 'Import .env' }).click();
    await page.getByLabel('Text of the .env').fill('A=1\nB=2\nno line\n');
  });
});

test('axe finds nothing serious about databases and keycards', async () => {
  await ask(page, 'databases.startSample');
  await goTo(page, 'Databases');
  await page.getByRole('listbox', { name: 'Databases and kinds of access' }).press('ArrowDown');
  await expect(page.getByText('Healthy')).toBeVisible();
  await look('a connection');
  await inDialog('Connect a database', () =>
    page.getByRole('button', { name: 'Connect', exact: true }).click(),
  );
  await inDialog('Add a kind of access', () =>
    page.getByRole('button', { name: 'Add a kind of access' }).click(),
  );
  await page.getByRole('listbox', { name: 'Databases and kinds of access' }).press('ArrowDown');
  await page.getByRole('button', { name: 'Issue a keycard' }).click();
  await look('issue a keycard');
  await page.getByRole('button', { name: 'Issue keycard' }).click();
  await page.getByRole('button', { name: 'Reveal password' }).click();
  await expect(page.getByRole('button', { name: 'Hide password' })).toBeVisible();
  await look('an issued keycard');
  await page.getByRole('button', { name: 'Done' }).click();
  await look('a kind of access');

  await goTo(page, 'Keycards');
  await page.getByRole('listbox', { name: 'Keycards' }).press('ArrowDown');
  await look('a live keycard');
  await page.getByRole('button', { name: 'Revoke…' }).click();
  await look('revoke a keycard');
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByText(/^Dead 1$/).click();
  await page.getByRole('listbox', { name: 'Keycards' }).press('ArrowDown');
  await expect(page.getByRole('region', { name: 'Proof' })).toBeVisible();
  await look('a dead keycard');
});

test('axe finds nothing serious about apps', async () => {
  await goTo(page, 'Apps');
  await page.getByRole('button', { name: 'New app' }).click();
  await page.getByLabel('Which app?').fill('orders-api');
  await page.getByRole('combobox', { name: 'Where door 1 leads' }).fill('shop/production/');
  await page.keyboard.press('Tab');
  await look('the wizard');
  await page.getByRole('button', { name: 'Create app' }).click();
  await page.getByRole('button', { name: 'Make the keycard' }).click();
  await expect(page.getByRole('button', { name: 'Copy environment lines' })).toBeVisible();
  await look('the hand-over');
  await page.getByRole('button', { name: 'Done' }).click();
  await look('an app');
});

test('axe finds nothing serious in what lies over the screens, and at the locked door', async () => {
  await inDialog('the palette', () => page.keyboard.press('Control+k'));
  await inDialog('a terminal that asks', async () => {
    const request = `${await desktop.brokerAddress()}/v1/auth/desktop/request`;
    await fetch(request, { method: 'POST', body: JSON.stringify({ program: 'kw' }) });
  });
  await inDialog('the settings', () => goTo(page, 'Settings'));
  await goTo(page, 'Settings');
  await inDialog('sealing', () => page.getByRole('button', { name: 'Seal…' }).click());
  page = await lockByKey(desktop, page);
  await look('the locked door');
});

/** Opens a dialog, looks at it, and closes it again. */
async function inDialog(what: string, open: () => Promise<void>): Promise<void> {
  await open();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(what);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** Looks at what is shown: everything in light; in dark the one thing that can differ, the contrast. */
async function look(what: string): Promise<void> {
  await shine('light');
  expect.soft(await findings(axe()), `${what}, in light`).toEqual([]);
  await shine('dark');
  expect.soft(await findings(axe().withRules('color-contrast')), `${what}, in dark`).toEqual([]);
}

async function shine(colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
}

function axe(): AxeBuilder {
  // Without the legacy mode it would open a page of its own, which Electron does not let it.
  return new AxeBuilder({ page }).setLegacyMode(true);
}

/** What is serious or critical, each with the elements that it is about. */
async function findings(builder: AxeBuilder): Promise<string[]> {
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) animation.finish();
  });
  const { violations } = await builder.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
