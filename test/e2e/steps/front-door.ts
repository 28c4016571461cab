import { expect, type Page } from '@playwright/test';
import type { TestDesktop } from '../../support/electron-app.ts';

/** What opens every vault of these journeys. */
export const PASSPHRASE = 'copper lantern walks by the quiet harbour';

/** The first minutes of a person: from the welcome screen into an empty vault. */
export async function createVault(desktop: TestDesktop, name = 'Seaside Hotel'): Promise<Page> {
  const page = await desktop.window();
  await page.getByRole('button', { name: 'Create a vault' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByLabel('Repeat the passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Create vault' }).click();
  await putKitAway(page);
  await expectOpen(page);
  return page;
}

/** Copies the group that is asked back from the recovery kit on the screen. @returns the whole kit. */
export async function putKitAway(page: Page): Promise<string> {
  const { kit, group } = await shownKit(page);
  await page.getByLabel(/^Group \d+ of the kit$/).fill(group);
  await page.getByRole('button', { name: 'I have put it away' }).click();
  return kit;
}

/** The recovery kit on the screen, and the group that is asked back. */
export async function shownKit(page: Page): Promise<{ readonly kit: string; readonly group: string }> {
  await expect(page.getByRole('heading', { name: 'Your recovery kit' })).toBeVisible({ timeout: 60_000 });
  const groups = page.getByRole('list', { name: 'Recovery kit' }).locator('.mono');
  await expect(groups).toHaveCount(14);
  const kit = await groups.allTextContents();
  const label = await page.getByText(/^Group \d+ of the kit$/).textContent();
  const group = kit[Number(/\d+/.exec(label ?? '')?.[0]) - 1] ?? '';
  return { kit: kit.join('-'), group };
}

/** Types the passphrase into the unlock screen and waits for the house behind it. */
export async function unlock(page: Page): Promise<void> {
  await tryPassphrase(page, PASSPHRASE);
  await expectOpen(page);
}

/** Types a passphrase, right or wrong, and asks to be let in. */
export async function tryPassphrase(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
}

/** Presses Ctrl+L, and gives the window that is there then. */
export function lockByKey(desktop: TestDesktop, page: Page): Promise<Page> {
  return closing(desktop, page, () => page.keyboard.press('Control+l'));
}

/**
 * Does what locks or seals, and gives the window after it: a new one, because the old one's process goes with what
 * it showed.
 */
export async function closing(desktop: TestDesktop, page: Page, act: () => Promise<void>): Promise<Page> {
  const closed = page.waitForEvent('close');
  // The window may be gone before the press has been answered.
  await Promise.all([closed, act().catch((error: unknown) => whenClosed(page, error))]);
  const next = await desktop.window();
  await expect(next.getByLabel('Passphrase')).toBeVisible();
  return next;
}

function whenClosed(page: Page, error: unknown): void {
  if (!page.isClosed()) throw error;
}

/** Deriving the key takes a second or more by design, and more than that on a busy machine. */
async function expectOpen(page: Page): Promise<void> {
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible({ timeout: 60_000 });
}
