import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { copied } from './steps/clipboard.ts';
import { expectRefused, knock, openDoor } from './steps/database-door.ts';
import { createVault } from './steps/front-door.ts';
import { goTo } from './steps/rail.ts';

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let page: Page;

test.beforeAll(async () => {
  desktop = await launchDesktop();
});
test.afterAll(() => desktop.close());

test('someone without a database makes a vault, issues a keycard of the sample, uses it, and sees it die', async () => {
  page = await createVault(desktop);

  await goTo(page, 'Databases');
  await expect(page.getByRole('heading', { name: 'Hand out database users that die on time' })).toBeVisible();
  await page.getByRole('button', { name: 'Start a sample database' }).click();
  await expect(page.getByRole('button', { name: 'Issue a keycard' })).toBeVisible({ timeout: 90_000 });

  await page.getByRole('button', { name: 'Issue a keycard' }).click();
  await page.getByLabel('Lives for').fill('10m');
  await page.getByRole('button', { name: 'Issue keycard' }).click();
  const url = await copied(desktop, () => page.getByRole('button', { name: 'Copy connection URL' }).click());
  const { username, password } = new URL(url);
  expect(await page.content(), 'copying shows nothing').not.toContain(password);
  await page.getByRole('button', { name: 'Reveal password' }).click();
  await expect(page.getByText(password)).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).click();
  expect(await page.content(), 'closing the card takes the password off the screen').not.toContain(password);

  const session = await openDoor(url);
  expect((await session.query('SELECT name FROM products')).rowCount).toBeGreaterThan(0);
  await expect(session.query('DELETE FROM products'), 'it may read, not write').rejects.toThrow(
    /permission denied/,
  );

  await goTo(page, 'Keycards');
  await page.getByRole('option', { name: username }).click();
  const card = page.getByRole('region', { name: 'Detail' }).getByRole('article');
  await expect(card).toContainText('Active');
  await expect(card).toContainText('Dies by itself');
  const first = await secondsLeft(page);
  expect(first).toBeLessThanOrEqual(600);
  await expect.poll(() => secondsLeft(page), { message: 'it is counted down' }).toBeLessThan(first - 1);

  await page.getByRole('button', { name: 'Revoke…' }).click();
  const question = page.getByRole('dialog', { name: 'Revoke this keycard?' });
  await expect(question).toContainText(username);
  await question.getByRole('button', { name: 'Revoke', exact: true }).click();
  await expectRefused(url);
  await expect(session.query('SELECT 1'), 'its open session is ended too').rejects.toThrow();
  await session.end().catch(() => {});

  await expect(card).toContainText('Dead, proven');
  const proof = page.getByRole('region', { name: 'Proof' }).getByRole('listitem');
  await expect(proof).toHaveText([/no such role/, /no session/, /login refused: 28/]);
  await page.getByText(/^Live 0$/).waitFor();
  await page.getByText(/^Dead 1$/).click();
  await expect(page.getByRole('option', { name: username })).toContainText('Dead, proven');
});

test('one click and a yes take the sample away, with its server and its files', async () => {
  await goTo(page, 'Databases');
  await page.getByRole('button', { name: 'Issue a keycard' }).click();
  await page.getByRole('button', { name: 'Issue keycard' }).click();
  const url = await copied(desktop, () => page.getByRole('button', { name: 'Copy connection URL' }).click());
  await page.getByRole('button', { name: 'Done' }).click();
  expect(await knock(url)).toBe('opens');
  const note = join(desktop.folder, 'data', 'sample.json');
  const { folder } = JSON.parse(readFileSync(note, 'utf8')) as { folder: string };
  expect(existsSync(folder)).toBe(true);

  await page
    .getByRole('listbox', { name: 'Databases and kinds of access' })
    .getByRole('option')
    .first()
    .click();
  await page.getByRole('button', { name: 'Stop and remove the sample' }).click();
  const question = page.getByRole('dialog', { name: 'Stop and remove the sample?' });
  await expect(question).toContainText('1 live keycard');
  await question.getByRole('button', { name: 'Stop and remove' }).click();

  await expect(page.getByRole('button', { name: 'Start a sample database' })).toBeVisible({
    timeout: 60_000,
  });
  expect(await knock(url)).toBe('gone');
  // Its note goes last, when nothing is left to be found by it.
  await expect.poll(() => [existsSync(folder), existsSync(note)]).toEqual([false, false]);
  await goTo(page, 'Keycards');
  await expect(page.getByText(/^Live 0$/)).toBeVisible();
});

/** What the ring of the selected keycard says, in seconds. */
async function secondsLeft(page: Page): Promise<number> {
  const words = await page.getByRole('region', { name: 'Detail' }).locator('.keycard-left').textContent();
  const [, minutes = '0', seconds = ''] = /^(?:(\d+):)?(\d+)(?: s)?$/.exec(words ?? '') ?? [];
  return Number(minutes) * 60 + Number(seconds);
}
