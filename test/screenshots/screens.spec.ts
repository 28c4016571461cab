import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { ask } from '../e2e/steps/ask.ts';
import { closing, putKitAway, shownKit } from '../e2e/steps/front-door.ts';
import { appWithPolicy } from '../e2e/steps/hand-over.ts';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { type Camera, openCamera } from './camera.ts';

const PASSPHRASE = 'copper lantern walks by the quiet harbour';
const OPERATOR = `path "database/rotate-root/*" { capabilities = ["create", "update"] }
path "sys/mounts/*" { capabilities = ["create", "update", "sudo"] }
path "transit/keys/*" { capabilities = ["create", "update"] }
path "secret/rotation/*" { capabilities = ["create", "update"] }
path "secret/rotation-hooks/*" { capabilities = ["create", "update", "sudo"] }`;
const READER = 'path "database/creds/sample-readonly" { capabilities = ["read"] }';
const DEPLOYER = 'path "auth/approle/role/orders-api/secret-id" { capabilities = ["update"] }';
const SCREENS = [
  'welcome',
  'create-vault',
  'recovery-kit',
  'secrets-empty',
  'secret-editor',
  'secrets',
  'secret-older-version',
  'import-env',
  'databases-empty',
  'databases-role',
  'databases-connection',
  'connect',
  'connect-mariadb',
  'rotation-empty',
  'rotate-every',
  'rotate-by-person',
  'rotation',
  'rotation-waits',
  'bring-value',
  'rotation-held-up',
  'alarm',
  'issue',
  'issued',
  'keycards',
  'apps-empty',
  'app-wizard',
  'hand-over',
  'apps',
  'stop-rehearsal',
  'stop-report',
  'revoke',
  'keycards-dead',
  'find',
  'settings',
  'seal',
  'restore',
  'quarantine',
  'unlock-locked',
] as const;

let desktop: TestDesktop;
let camera: Camera;
test.beforeAll(async () => {
  desktop = await launchDesktop();
  camera = openCamera(desktop, 'screens');
});
test.afterAll(async () => {
  await desktop.close();
});

test('every screen shows itself in light and in dark, and axe finds nothing serious', async () => {
  test.setTimeout(420_000);
  let page = await desktop.window();
  await camera.take('welcome');
  await createVault(page);
  await camera.take('secrets-empty');
  await secrets(page);
  await databases(page);
  await apps(page);
  await keycards(page);
  await stop(page);
  await rotation(page);
  await alarm(page);
  await dialogs(page);
  await restore(page);
  page = await desktop.window();

  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  page = await lockedWindow();
  await expect(page.getByRole('heading', { name: /is locked/ })).toBeVisible();
  await camera.take('unlock-locked');

  for (const name of SCREENS) {
    expect(camera.taken, `${name} was taken`).toEqual(
      expect.arrayContaining([`${name}-light`, `${name}-dark`]),
    );
  }
});

async function createVault(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Create a vault' }).click();
  await page.getByLabel('Name').fill('Seaside Hotel');
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByLabel('Repeat the passphrase').fill(PASSPHRASE);
  await camera.take('create-vault');
  await camera.take('narrow-create-vault', 'narrow');
  await page.getByLabel('Place').fill(join(desktop.folder, 'vault'));
  await page.getByRole('button', { name: 'Create vault' }).click();
  await shownKit(page);
  await camera.take('recovery-kit');
  await camera.take('narrow-recovery-kit', 'narrow');
  await putKitAway(page);
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible({ timeout: 60_000 });
}

async function secrets(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByLabel('Path').fill('shop/production/stripe');
  await page.getByLabel('Name of field 1').fill('STRIPE_SECRET_KEY');
  await page.getByLabel('Value of field 1').fill('sk_live_51HxQm2example');
  await page.getByRole('button', { name: 'Add a field' }).click();
  await page.getByLabel('Name of field 2').fill('STRIPE_WEBHOOK_SECRET');
  await page.getByLabel('Value of field 2').fill('whsec_example');
  await camera.take('secret-editor');
  await page.getByRole('button', { name: 'Store secret' }).click();
  await expect(page.getByRole('heading', { name: 'shop/production/stripe' })).toBeVisible();

  await page.getByRole('button', { name: 'New version' }).click();
  await page.getByLabel('Value of field 1').fill('sk_live_51HxQm2rotated');
  await page.getByRole('button', { name: 'Save as version 2' }).click();
  await expect(page.getByText('Version 2 of 2')).toBeVisible();

  for (const path of ['shop/production/mail', 'shop/staging/stripe', 'intranet/wiki', 'backup-key']) {
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByLabel('Path').fill(path);
    await page.getByLabel('Name of field 1').fill('TOKEN');
    await page.getByLabel('Value of field 1').fill('example');
    await page.getByRole('button', { name: 'Store secret' }).click();
    await expect(page.getByRole('heading', { name: path })).toBeVisible();
  }
  await page.getByRole('treeitem', { name: 'production' }).locator('..').getByText('stripe').first().click();
  await expect(page.getByRole('heading', { name: 'shop/production/stripe' })).toBeVisible();
  await page.getByRole('button', { name: 'Reveal STRIPE_SECRET_KEY' }).click();
  await expect(page.getByText('sk_live_51HxQm2rotated')).toBeVisible();
  await camera.take('secrets');
  await page.getByRole('button', { name: /^Version 1/ }).click();
  await expect(page.getByText('This is an older version')).toBeVisible();
  await camera.take('secret-older-version');

  await page.getByRole('button', { name: 'Import .env' }).click();
  await page
    .getByLabel('Text of the .env')
    .fill('# shop\nDATABASE_URL=postgres://shop\nMAIL_TOKEN="example"\nDEBUG=1\nnot an assignment\n');
  await expect(page.getByRole('cell', { name: 'MAIL_TOKEN', exact: true })).toBeVisible();
  await camera.take('import-env');
  await page.getByRole('button', { name: 'Cancel' }).click();
}

async function databases(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Databases' }).click();
  await camera.take('databases-empty');
  await page.getByRole('button', { name: 'Start a sample database' }).click();
  await expect(page.getByRole('button', { name: 'Issue a keycard' })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Issue a keycard' }).click();
  await camera.take('issue');
  await page.getByRole('button', { name: '15 minutes' }).click();
  await page.getByRole('button', { name: 'Issue keycard' }).click();
  await expect(page.getByRole('button', { name: 'Copy connection URL' })).toBeVisible();
  await camera.take('issued');
  await page.getByRole('button', { name: 'Done' }).click();
  for (const ttl of ['2m', '35m', '1h']) {
    await page.getByRole('button', { name: 'Issue a keycard' }).click();
    await page.getByLabel('Lives for').fill(ttl);
    await page.getByRole('button', { name: 'Issue keycard' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
  }
  await camera.take('databases-role');
  await page.getByRole('listbox', { name: 'Databases and kinds of access' }).press('ArrowUp');
  await expect(page.getByText('Healthy')).toBeVisible();
  await camera.take('databases-connection');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await camera.take('connect');
  await page.getByText('MariaDB or MySQL').click();
  await camera.take('connect-mariadb');
  await page.getByRole('button', { name: 'Cancel' }).click();
}

async function apps(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Apps' }).click();
  await camera.take('apps-empty');
  await page.getByRole('button', { name: 'New app' }).click();
  await page.getByLabel('Which app?').fill('orders-api');
  await page.getByRole('combobox', { name: 'Where door 1 leads' }).fill('shop/production/');
  await page.keyboard.press('Tab');
  await camera.take('app-wizard');
  await page.getByRole('button', { name: 'Create app' }).click();
  await page.getByRole('button', { name: 'Make the keycard' }).click();
  await expect(page.getByRole('button', { name: 'Copy environment lines' })).toBeVisible();
  await camera.take('hand-over');
  await page.getByRole('button', { name: 'Done' }).click();
  await camera.take('apps');
}

async function stop(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Databases' }).click();
  await page.getByRole('listbox', { name: 'Databases and kinds of access' }).press('ArrowDown');
  await page.getByRole('button', { name: 'Revoke all…' }).click();
  await expect(page.getByRole('button', { name: 'Revoke all', exact: true })).toBeVisible();
  await camera.take('stop-rehearsal');
  await page.getByRole('button', { name: 'Revoke all', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Stopped' })).toBeVisible({ timeout: 30_000 });
  await page.getByText('The proofs').click();
  await camera.take('stop-report');
  await page.getByRole('button', { name: 'Done' }).click();
}

/** A backup of the vault, put back elsewhere: it is looked at until a person confirms it. */
async function restore(page: Page): Promise<void> {
  await page.evaluate(() => window.keywarden['vault.backUp']());
  const backups = join(desktop.folder, 'vault.backups');
  const [name = ''] = readdirSync(backups);
  const sealed = await closing(desktop, page, async () => {
    await page.evaluate(() => window.keywarden['vault.seal']());
  });
  await sealed.getByRole('button', { name: 'Create or open another vault' }).click();
  await sealed.getByRole('button', { name: 'Restore from a backup' }).click();
  await sealed.getByLabel('Backup', { exact: true }).fill(join(backups, name));
  await sealed.getByLabel('Place').fill(join(desktop.folder, 'restored'));
  await sealed.getByLabel('Passphrase').fill(PASSPHRASE);
  await camera.take('restore');
  await sealed.getByRole('button', { name: 'Restore', exact: true }).click();
  const banner = sealed.getByRole('region', { name: 'Quarantine' });
  await expect(banner).toBeVisible({ timeout: 60_000 });
  await camera.take('quarantine');
  await banner.getByRole('button').click();
  await expect(banner).toBeHidden({ timeout: 30_000 });
}

async function keycards(page: Page): Promise<void> {
  for (const name of ['billing-worker', 'nightly-report']) {
    const app = await appWithPolicy(desktop, page, name, READER);
    await app.read('database/creds/sample-readonly');
  }
  await page.getByRole('button', { name: 'Keycards' }).click();
  await page.getByRole('listbox', { name: 'Keycards' }).press('ArrowDown');
  await camera.take('keycards');
  await page.getByRole('button', { name: 'Revoke…' }).click();
  await camera.take('revoke');
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByText(/^Dead 1$/).click();
  await page.getByRole('listbox', { name: 'Keycards' }).press('ArrowDown');
  await expect(page.getByRole('region', { name: 'Proof' })).toBeVisible();
  await camera.take('keycards-dead');
}

async function rotation(page: Page): Promise<void> {
  const rail = page.getByRole('navigation', { name: 'Screens' });
  await rail.getByRole('button', { name: /^Rotation/ }).click();
  await camera.take('rotation-empty');
  await page.getByRole('button', { name: 'Choose a secret' }).click();
  await page.getByRole('treeitem', { name: 'backup-key' }).click();
  await page.getByRole('button', { name: 'Rotate every…' }).click();
  await camera.take('rotate-every');
  await page.getByText('A person, reminded').click();
  await page
    .getByLabel('What the person does')
    .fill('Make a new key at the bank’s portal, under Security, API keys.\nBring the whole text back.');
  await camera.take('rotate-by-person');
  await page.getByLabel('Every', { exact: true }).fill('5s');
  await page.getByRole('button', { name: 'Rotate it' }).click();

  for (const [path, field, days] of [
    ['shop/production/mail', 'TOKEN', 30],
    ['shop/staging/stripe', 'TOKEN', 5],
    ['intranet/wiki', 'TOKEN', 90],
  ] as const) {
    const way = { kind: 'generator', length: 32, charset: 'alphanumeric' } as const;
    await ask(page, 'rotations.write', { path, field, periodSeconds: days * 86_400, way });
  }
  const operator = await appWithPolicy(desktop, page, 'operator', OPERATOR);
  await operator.mount({ mount_point: 'transit', type: 'transit' });
  await operator.write('database/rotate-root/sample', { rotation_schedule: '0 3 * * 6' });
  await operator.write('transit/keys/orders', { auto_rotate_period: '720h' });

  await rail.getByRole('button', { name: /^Rotation/ }).click();
  await page.getByRole('option', { name: /mail/ }).click();
  await page.getByRole('button', { name: 'Rotate now' }).click();
  await expect(page.getByText('New value', { exact: true })).toBeVisible();
  await camera.take('rotation');
  const waiting = page.getByRole('option', { name: /^backup-key/ });
  await expect(waiting).toContainText('Needs you', { timeout: 30_000 });
  await waiting.click();
  await camera.take('rotation-waits');
  await page.getByRole('button', { name: 'Bring the new value…' }).click();
  await page.getByLabel('New value of TOKEN').fill('new-example');
  await camera.take('bring-value');
  await page.getByRole('button', { name: 'Cancel' }).click();

  await operator.write('secret/rotation-hooks/crm', {
    program: '/bin/false',
    allowed_secrets: 'intranet/*',
  });
  await operator.write('secret/rotation/intranet/wiki', { kind: 'hook', hook: 'crm' });
  await page.getByRole('option', { name: /wiki/ }).click();
  await page.getByRole('button', { name: 'Rotate now' }).click();
  await expect(page.getByText('It is held up.')).toBeVisible({ timeout: 30_000 });
  await camera.take('rotation-held-up');
}

/** A wrapped way in, opened twice. */
async function alarm(page: Page): Promise<void> {
  const address = await desktop.brokerAddress();
  const deployer = await appWithPolicy(desktop, page, 'deployer', DEPLOYER);
  const post = async (path: string, token: string, headers: Record<string, string> = {}) =>
    (await (
      await fetch(`${address}/v1/${path}`, {
        method: 'POST',
        headers: { 'x-vault-token': token, ...headers },
      })
    ).json()) as { wrap_info: { token: string } };
  const { wrap_info: wrapped } = await post('auth/approle/role/orders-api/secret-id', deployer.token, {
    'x-vault-wrap-ttl': '300',
  });
  await post('sys/wrapping/unwrap', wrapped.token);
  await post('sys/wrapping/unwrap', wrapped.token);
  await page.getByRole('button', { name: '1 alarm' }).click();
  await camera.take('alarm');
}

async function dialogs(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await camera.take('find');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Settings' }).click();
  await camera.take('settings');
  await page.getByRole('button', { name: 'Seal…' }).click();
  await camera.take('seal');
  await page.getByRole('button', { name: 'Cancel' }).click();
}

/** Locking replaces the window's process, so the old page goes. */
async function lockedWindow(): Promise<Page> {
  await expect(async () => {
    const page = await desktop.window();
    await expect(page.getByLabel('Passphrase')).toBeVisible({ timeout: 1000 });
  }).toPass();
  return await desktop.window();
}
