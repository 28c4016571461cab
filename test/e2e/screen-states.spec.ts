import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';
import { closing, createVault, unlock } from './steps/front-door.ts';
import { goTo } from './steps/rail.ts';
import { mend, tell, trouble } from './steps/troubled-channel.ts';

const LOST = 'The vault’s files cannot be written right now.';
const SCREENS = [
  ['Secrets', 'secrets.list'],
  ['Apps', 'apps.list'],
  ['Keycards', 'keycards.list'],
  ['Databases', 'databases.list'],
  ['Rotation', 'rotations.list'],
] as const;

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let page: Page;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  page = await createVault(desktop);
  await ask(page, 'secrets.write', { path: 'app/session', cas: 0, fields: [{ name: 'key', value: 'v' }] });
  const way = { kind: 'generator', length: 32, charset: 'hex' } as const;
  await ask(page, 'rotations.write', { path: 'app/session', field: 'key', periodSeconds: 86_400, way });
});
test.afterAll(() => desktop.close());

test('every screen says which it is while what it shows is on its way', async () => {
  for (const [, channel] of SCREENS) await trouble(desktop, channel, { kind: 'silent' });
  await again();
  for (const [name] of SCREENS) {
    await goTo(page, name);
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(page.getByRole('status', { name: 'Loading' })).toBeVisible();
  }
});

test('every screen says what has failed, that nothing is lost, and tries again when it is asked to', async () => {
  for (const [, channel] of SCREENS) await trouble(desktop, channel, { kind: 'refused', message: LOST });
  await again();
  for (const [name, channel] of SCREENS) {
    await goTo(page, name);
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    const alert = page.getByRole('main').getByRole('alert');
    await expect(alert).toContainText(LOST);
    await expect(alert).toContainText('Nothing was changed or lost.');
    await mend(desktop, channel);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(alert).toHaveCount(0);
  }
  await expect(page.getByRole('option', { name: /app\/session/ })).toContainText('every day');
});

test('what was there stays when a later look fails, with a quiet word that it is not up to date', async () => {
  await trouble(desktop, 'rotations.list', { kind: 'refused', message: LOST });
  await tell(desktop, { kind: 'changed', topics: ['rotations'] });
  await expect(page.getByRole('status').filter({ hasText: `Not up to date: ${LOST}` })).toBeVisible();
  await expect(page.getByRole('option', { name: /app\/session/ })).toBeVisible();
  await mend(desktop, 'rotations.list');
  await tell(desktop, { kind: 'changed', topics: ['rotations'] });
  await expect(page.getByText('Not up to date')).toHaveCount(0);
});

test('an app that is removed elsewhere while it is looked at is not looked at any more', async () => {
  for (const name of ['one', 'two']) {
    await ask(page, 'apps.write', { name, access: { policyText: 'path "secret/*" {}' }, tokenTtl: 60 });
  }
  await goTo(page, 'Apps');
  await page.getByRole('option', { name: /^one/ }).click();
  await expect(page.getByRole('heading', { name: 'one' })).toBeVisible();
  await ask(page, 'apps.remove', { name: 'one' });
  await expect(page.getByRole('heading', { name: 'Choose an app' })).toBeVisible();
  await expect(page.getByRole('option')).toHaveText([/^two/]);
});

test('a login that ends under the cursor says so, and nothing takes its place until it is put away', async () => {
  const first = { code: 'AAAA-1111', program: 'mine', expiresAt: Date.now() + 8000 };
  const second = { code: 'BBBB-2222', program: 'theirs', expiresAt: Date.now() + 120_000 };
  await trouble(desktop, 'logins.list', { kind: 'answers', value: { requests: [first, second] } });
  await tell(desktop, { kind: 'changed', topics: ['logins'] });
  const asking = page.getByRole('dialog', { name: 'A terminal asks to sign in as you' });
  await expect(asking.getByRole('status', { name: 'Code' })).toHaveText(first.code);

  const ended = page.getByRole('dialog', { name: 'This question has ended' });
  await expect(ended).toContainText(first.code);
  await expect(ended).toContainText('Nobody was signed in.');
  await expect(page.getByText(second.code)).toHaveCount(0);
  await expect(ended.getByRole('button', { name: 'Show the next' })).toBeFocused();
  await page.keyboard.press('Enter');

  await expect(asking.getByRole('status', { name: 'Code' })).toHaveText(second.code);
  await expect(asking.getByRole('button', { name: 'Refuse' })).toBeFocused();
  await trouble(desktop, 'logins.decide', { kind: 'answers', value: {} });
  await trouble(desktop, 'logins.list', { kind: 'answers', value: { requests: [] } });
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await mend(desktop, 'logins.decide');
  await mend(desktop, 'logins.list');
});

test('a login that comes over a form leaves the form as it was, and gives it the focus back', async () => {
  await goTo(page, 'Secrets');
  await page.getByRole('button', { name: 'New secret' }).click();
  const form = page.getByRole('dialog', { name: 'New secret' });
  await form.getByLabel('Name of field 1').fill('TOKEN');
  const request = { code: 'CCCC-3333', program: 'kw', expiresAt: Date.now() + 120_000 };
  await trouble(desktop, 'logins.list', { kind: 'answers', value: { requests: [request] } });
  await trouble(desktop, 'logins.decide', { kind: 'answers', value: {} });
  await tell(desktop, { kind: 'changed', topics: ['logins'] });
  await expect(page.getByRole('dialog', { name: /A terminal asks/ })).toBeVisible();
  await trouble(desktop, 'logins.list', { kind: 'answers', value: { requests: [] } });
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: /A terminal asks/ })).toHaveCount(0);
  await expect(form.getByLabel('Name of field 1')).toHaveValue('TOKEN');
  await expect(form.getByLabel('Name of field 1')).toBeFocused();

  await page.keyboard.press('Control+k');
  await page.mouse.click(8, 400);
  await expect(form, 'neither a shortcut nor a click beside it throws away what was typed').toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await mend(desktop, 'logins.list');
  await mend(desktop, 'logins.decide');
});

/** A window that has asked nothing yet. */
async function again(): Promise<void> {
  page = await closing(desktop, page, () => page.keyboard.press('Control+l'));
  await unlock(page);
}
