import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { closing, PASSPHRASE, putKitAway } from './steps/front-door.ts';

let desktop: TestDesktop;
let page: Page;
let kit: string;

test.beforeAll(async () => {
  desktop = await launchDesktop();
});
test.afterAll(() => desktop.close());

const house = () => page.getByRole('navigation', { name: 'Screens' });
async function sealByKw(): Promise<void> {
  page = await closing(desktop, page, async () => {
    await page.evaluate(() => window.keywarden['vault.seal']());
  });
}

test.describe
  .serial('losing things', () => {
    test('a new vault shows its recovery kit once, and goes on when one group has come back', async () => {
      page = await desktop.window();
      await page.getByRole('button', { name: 'Create a vault' }).click();
      await page.getByLabel('Name').fill('Seaside Hotel');
      await page.getByLabel('Place').fill(join(desktop.folder, 'vault'));
      await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
      await page.getByLabel('Repeat the passphrase').fill(PASSPHRASE);
      await page.getByRole('button', { name: 'Create vault' }).click();
      await expect(page.getByRole('heading', { name: 'Your recovery kit' })).toBeVisible({ timeout: 60_000 });
      await page.getByLabel(/^Group \d+ of the kit$/).fill('00000');
      await page.getByRole('button', { name: 'I have put it away' }).click();
      await expect(page.getByRole('alert')).toContainText('That is not group');
      kit = await putKitAway(page);
      await expect(house()).toBeVisible();
      const again = await page.evaluate(() => window.keywarden['vault.revealRecoveryKit']());
      expect(again).toMatchObject({ ok: false, error: { code: 'not-found' } });
    });

    test('the kit opens the vault without the passphrase, and a typing mistake is named', async () => {
      await sealByKw();
      await page.getByRole('button', { name: 'Use the recovery kit' }).click();
      await page.getByLabel('Recovery kit').fill(kit.replace(/^./, (first) => (first === '7' ? '8' : '7')));
      await page.getByRole('button', { name: 'Unlock', exact: true }).click();
      await expect(page.getByRole('alert')).toContainText('Group 1 of the code has a typing mistake');
      await page.getByLabel('Recovery kit').fill(kit.toLowerCase().replaceAll('-', ' '));
      await page.getByRole('button', { name: 'Unlock', exact: true }).click();
      await expect(house()).toBeVisible({ timeout: 60_000 });
    });

    test('a backup is made in the settings, and restored it waits until a person confirms it', async () => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('button', { name: 'Back up now' }).click();
      await expect(page.getByText(/^1 in .*vault\.backups/)).toBeVisible({ timeout: 30_000 });
      await page.keyboard.press('Escape');
      const backups = join(desktop.folder, 'vault.backups');
      const [name = ''] = readdirSync(backups);
      await sealByKw();
      await page.getByRole('button', { name: 'Create or open another vault' }).click();
      await page.getByRole('button', { name: 'Restore from a backup' }).click();
      await page.getByLabel('Backup', { exact: true }).fill(join(backups, name));
      await page.getByLabel('Place').fill(join(desktop.folder, 'restored'));
      await page.getByLabel('Passphrase').fill(PASSPHRASE);
      await page.getByRole('button', { name: 'Restore', exact: true }).click();
      const banner = page.getByRole('region', { name: 'Quarantine' });
      await expect(banner).toBeVisible({ timeout: 60_000 });
      const refused = await page.evaluate(() =>
        window.keywarden['secrets.write']({ path: 'a', cas: 0, fields: [{ name: 'k', value: 'v' }] }),
      );
      expect(refused).toMatchObject({ ok: false, error: { code: 'vault-quarantined' } });
      await banner.getByRole('button').click();
      await expect(banner).toBeHidden({ timeout: 30_000 });
      const written = await page.evaluate(() =>
        window.keywarden['secrets.write']({ path: 'a', cas: 0, fields: [{ name: 'k', value: 'v' }] }),
      );
      expect(written).toMatchObject({ ok: true });
    });

    test('a damaged vault says so, and opens as far as it can be read when asked', async () => {
      await sealByKw();
      const ledger = join(desktop.folder, 'restored', 'ledger');
      const [segment = ''] = readdirSync(ledger).filter((name) => name.endsWith('.kwl'));
      const bytes = readFileSync(join(ledger, segment));
      writeFileSync(join(ledger, segment), bytes.with(60, (bytes[60] ?? 0) ^ 1));
      await page.getByLabel('Passphrase').fill(PASSPHRASE);
      await page.getByRole('button', { name: 'Unlock', exact: true }).click();
      await expect(page.getByRole('alert')).toContainText(`ledger/${segment}`, { timeout: 60_000 });
      await page.getByRole('button', { name: 'Open what is readable, read-only' }).click();
      const banner = page.getByRole('region', { name: 'Quarantine' });
      await expect(banner).toContainText('put a backup back', { timeout: 60_000 });
      await expect(banner.getByRole('button')).toBeHidden();
      const read = await page.evaluate(() => window.keywarden['secrets.list']({ folder: '' }));
      expect(read).toMatchObject({ ok: true, value: { entries: [{ name: 'a' }] } });
    });
  });
