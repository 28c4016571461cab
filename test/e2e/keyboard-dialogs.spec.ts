import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';
import { createVault } from './steps/front-door.ts';
import { press, stopsIn, tabTo } from './steps/keys.ts';

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let page: Page;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  page = await createVault(desktop);
});
test.afterAll(() => desktop.close());

test('a database is tried and a keycard issued without a mouse', async () => {
  await rail('Databases');
  await press(page, page.getByRole('button', { name: 'Start a sample database' }), 'Enter');
  await expect(page.getByRole('button', { name: 'Issue a keycard' })).toBeVisible({ timeout: 90_000 });

  const list = page.getByRole('listbox', { name: 'Databases and kinds of access' });
  await tabTo(page, list);
  await page.keyboard.press('Home');
  await expect(page.getByRole('region', { name: 'Health' })).toContainText('Healthy');
  await press(page, page.getByRole('button', { name: 'Check now' }), 'Enter');
  await expect(page.getByRole('region', { name: 'Health' }).getByRole('status')).toContainText(
    'Rehearsed: a throw-away user was made, let in, ended and proven dead.',
    { timeout: 20_000 },
  );

  await tabTo(page, list);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Issue a keycard: sample-readonly' });
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(list, 'Escape gives the focus back to the list').toBeFocused();

  await page.keyboard.press('Enter');
  await press(page, dialog.getByRole('button', { name: 'Issue keycard' }), 'Enter');
  const issued = page.getByRole('dialog', { name: 'Your keycard' });
  await expect(issued.getByRole('button', { name: 'Done' }), 'the next step has the focus').toBeFocused();
  expect(await stopsIn(page, issued)).toEqual(
    expect.arrayContaining(['Close', 'Copy user name', 'Reveal password', 'Copy password', 'Done']),
  );
  await press(page, issued.getByRole('button', { name: 'Done' }), 'Enter');
  await expect(list).toBeFocused();
});

test('a keycard is found, looked at and revoked without a mouse', async () => {
  await ask(page, 'keycards.issue', { role: 'sample-readonly' });
  await rail('Keycards');
  const list = page.getByRole('listbox', { name: 'Keycards' });
  await tabTo(page, list);
  await page.keyboard.press('Home');
  const row = page.getByRole('option', { selected: true });
  await expect(row).toHaveAttribute('aria-posinset', '1');
  await expect(row).toHaveAttribute('aria-setsize', '2');
  await expect(list).toHaveAttribute('aria-activedescendant', (await row.getAttribute('id')) ?? '-');
  await expect(page.getByText('even when Keywarden and this machine are off')).toBeVisible();

  const revoke = page.getByRole('button', { name: 'Revoke…' });
  await press(page, revoke, 'Enter');
  const dialog = page.getByRole('dialog', { name: 'Revoke this keycard?' });
  await expect(
    dialog.getByRole('button', { name: 'Cancel' }),
    'the harmless answer has the focus',
  ).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(revoke).toBeFocused();
  await page.keyboard.press('Enter');
  await press(page, dialog.getByRole('button', { name: 'Revoke', exact: true }), 'Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: 'Revoked: it is dead.' })).toBeVisible();
  await expect(list, 'its button is gone, so the list has the focus').toBeFocused();
});

test('everything is stopped without a mouse: rehearsed, told politely, proven', async () => {
  for (let n = 0; n < 3; n++) await ask(page, 'keycards.issue', { role: 'sample-readonly' });
  await rail('Databases');
  await tabTo(page, page.getByRole('listbox', { name: 'Databases and kinds of access' }));
  await page.keyboard.press('End');
  const opener = page.getByRole('button', { name: 'Revoke all…' });
  await press(page, opener, 'Enter');
  const dialog = page.getByRole('dialog', {
    name: 'Revoke every keycard of database/creds/sample-readonly?',
  });
  await expect(dialog).toContainText('4 keycards end at once.');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  expect(await stopsIn(page, dialog)).toEqual(['Revoke all', 'Close', 'Which keycards', 'Cancel']);
  await press(page, dialog.getByText('Which keycards'), 'Enter');
  await expect(dialog.getByRole('listitem')).toHaveCount(4);

  const another = await ask(page, 'keycards.issue', { role: 'sample-readonly' });
  await expect(dialog, 'one that is issued meanwhile is rehearsed too').toContainText(
    '5 keycards end at once.',
  );
  await ask(page, 'keycards.revoke', { leaseId: another.keycard.leaseId });
  await expect(dialog).toContainText('4 keycards end at once.');

  await page.keyboard.press('Escape');
  await expect(opener).toBeFocused();
  await page.keyboard.press('Enter');
  await press(page, dialog.getByRole('button', { name: 'Revoke all' }), 'Enter');
  const report = page.getByRole('dialog', { name: 'Stopped' });
  await expect(report).toBeVisible({ timeout: 20_000 });
  await expect(report.getByRole('status')).toHaveText('4 keycards dead and proven.');
  await expect(report.getByRole('progressbar', { name: 'Proven dead' })).toBeVisible();
  await expect(report.getByRole('button', { name: 'Done' })).toBeFocused();
  await press(page, report.getByText('The proofs'), 'Enter');
  await expect(report.getByRole('listitem').first()).toContainText('no such role');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('listbox', { name: 'Databases and kinds of access' })).toBeFocused();
});

test('a secret is rotated, paused and changed without a mouse', async () => {
  await ask(page, 'secrets.write', { path: 'app/session', cas: 0, fields: [{ name: 'key', value: 'v' }] });
  const way = { kind: 'generator', length: 32, charset: 'hex' } as const;
  await ask(page, 'rotations.write', { path: 'app/session', field: 'key', periodSeconds: 86_400, way });
  await rail('Rotation');
  const list = page.getByRole('listbox', { name: 'Rotations' });
  await tabTo(page, list);
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option', { selected: true })).toHaveAttribute('aria-setsize', '1');
  await press(page, page.getByRole('button', { name: 'Rotate now' }), 'Enter');
  await expect(page.getByRole('region', { name: 'Last results' })).toContainText('New value');
  await expect(page.getByText('32 characters: hexadecimal digits')).toBeVisible();
  await press(page, page.getByRole('button', { name: 'Pause' }), 'Enter');
  await expect(page.getByRole('button', { name: 'Resume' }), 'the focus stays on the lever').toBeFocused();

  const change = page.getByRole('button', { name: 'Change…' });
  await press(page, change, 'Enter');
  const dialog = page.getByRole('dialog', { name: 'How app/session is rotated' });
  await press(page, dialog.getByRole('button', { name: '7 days' }), 'Enter');
  await expect(dialog.getByRole('button', { name: '7 days' })).toHaveAttribute('aria-pressed', 'true');
  await press(page, dialog.getByRole('button', { name: 'Save' }), 'Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(change).toBeFocused();
  await press(page, page.getByRole('button', { name: 'Stop rotating…' }), 'Enter');
  await press(page, page.getByRole('dialog').getByRole('button', { name: 'Stop rotating' }), 'Enter');
  await expect(page.getByRole('heading', { name: 'Nothing is rotated yet' })).toBeVisible();
  await expect(page.getByRole('main')).toBeFocused();
});

async function rail(screen: string): Promise<void> {
  const button = page
    .getByRole('navigation', { name: 'Screens' })
    .getByRole('button', { name: new RegExp(`^${screen}`) });
  await press(page, button, 'Enter');
  await expect(page.getByRole('heading', { level: 1, name: screen })).toBeVisible();
}
