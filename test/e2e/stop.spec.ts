import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';
import { expectRefused } from './steps/database-door.ts';
import { createVault } from './steps/front-door.ts';
import { appWithDoors } from './steps/hand-over.ts';
import { goTo } from './steps/rail.ts';
import { mend, tell, trouble } from './steps/troubled-channel.ts';
import { statusOf } from './steps/vault-client.ts';

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let page: Page;

test.beforeAll(async () => {
  desktop = await launchDesktop();
});
test.afterAll(() => desktop.close());

test('an app is stopped: rehearsed by name, its users dead and proven, its way back taken', async () => {
  page = await createVault(desktop);
  const { role } = await ask(page, 'databases.startSample');
  const app = await appWithDoors(desktop, page, [{ kind: 'database', target: role.name }]);
  const urls: string[] = [];
  for (let n = 0; n < 3; n++) urls.push(await urlOf(app, role.name));
  await ask(page, 'apps.handOver', { name: 'orders-api', ttl: 600 });

  await goTo(page, 'Apps');
  await page.getByRole('option', { name: /orders-api/ }).click();
  await page.getByRole('button', { name: 'Stop…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop orders-api?' });
  await expect(dialog).toContainText('3 keycards and 1 login end');
  await expect(dialog.getByRole('region', { name: 'Who stops' })).toContainText('orders-api');
  await dialog.getByRole('checkbox', { name: /Lock it out too: it holds 1 private half/ }).check();
  await dialog.getByRole('button', { name: 'Stop now' }).click();

  await expect(page.getByRole('status').filter({ hasText: '3 keycards dead and proven' })).toBeVisible({
    timeout: 20_000,
  });
  for (const url of urls) await expectRefused(url);
  expect(await statusOf(app.tokenLookupSelf())).toBe(403);
  await page.getByText('The proofs').click();
  await expect(page.getByText(/no such role.*login refused/).first()).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).click();
});

test('every keycard of a kind of access is revoked at once', async () => {
  const { roles } = await ask(page, 'databases.list');
  const role = roles[0]?.name ?? '';
  for (let n = 0; n < 2; n++) await ask(page, 'keycards.issue', { role });
  await goTo(page, 'Databases');
  await page
    .getByRole('option', { name: new RegExp(role) })
    .first()
    .click();
  await page.getByRole('button', { name: 'Revoke all…' }).click();
  await page.getByRole('button', { name: 'Revoke all', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: '2 keycards dead and proven' })).toBeVisible({
    timeout: 20_000,
  });
  await page.getByRole('button', { name: 'Done' }).click();
});

test('a report that cannot be read does not say that nothing was changed, and is read later', async () => {
  const { roles } = await ask(page, 'databases.list');
  const role = roles[0]?.name ?? '';
  const { keycard } = await ask(page, 'keycards.issue', { role });
  await page
    .getByRole('option', { name: new RegExp(role) })
    .first()
    .click();
  await trouble(desktop, 'revocations.report', { kind: 'refused', message: 'The ledger cannot be read.' });
  await page.getByRole('button', { name: 'Revoke all…' }).click();
  await page.getByRole('button', { name: 'Revoke all', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Stopping…' });
  await expect(dialog.getByRole('alert')).toContainText(
    'The stopping goes on; only its report could not be read.',
  );
  await expect(dialog).not.toContainText('Nothing was changed');
  await mend(desktop, 'revocations.report');
  // Whatever becomes of a keycard is a reason to read it again.
  await tell(desktop, { kind: 'changed', topics: ['leases'] });
  const report = page.getByRole('dialog', { name: 'Stopped' });
  await expect(report.getByRole('status')).toHaveText('1 keycard dead and proven.', { timeout: 20_000 });
  await report.getByRole('button', { name: 'Done' }).click();
  const { keycards } = await ask(page, 'keycards.list');
  expect(keycards.find(({ leaseId }) => leaseId === keycard.leaseId)).toMatchObject({ state: 'dead' });
});

test('the palette finds a secret by words in its path, and would stop everything', async () => {
  await ask(page, 'secrets.write', { path: 'shop/stripe', cas: 0, fields: [{ name: 'key', value: 'v' }] });
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox', { name: 'Find anything' }).fill('strip sho');
  await expect(page.getByRole('option', { name: 'shop/stripe' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Find anything' }).fill('stop everything');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Stop everything?' });
  await expect(dialog).toContainText('Nothing of it is alive now.');
  await expect(dialog.getByRole('button', { name: 'Stop now' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

async function urlOf(app: Awaited<ReturnType<typeof appWithDoors>>, role: string): Promise<string> {
  const { data } = await app.read(`database/creds/${role}`);
  const { connections } = await ask(page, 'databases.list');
  const [, host = ''] = /(127\.0\.0\.1:\d+\/\w+)/.exec(connections[0]?.url ?? '') ?? [];
  return `postgresql://${data.username}:${data.password}@${host}`;
}
