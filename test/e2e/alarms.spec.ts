import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';
import { createVault } from './steps/front-door.ts';
import { appWithDoors, appWithPolicy } from './steps/hand-over.ts';

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let page: Page;
let address: string;
let wrapped: string;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  page = await createVault(desktop);
  address = await desktop.brokerAddress();
});
test.afterAll(() => desktop.close());

test('a wrapped way in that is opened a second time is an alarm, with what to do', async () => {
  await appWithDoors(desktop, page, [{ kind: 'read-secret', target: 'shop/' }]);
  const secretIds = 'auth/approle/role/orders-api/secret-id';
  const deployer = await appWithPolicy(
    desktop,
    page,
    'deployer',
    `path "${secretIds}" { capabilities = ["update"] }`,
  );
  const reply = await fetch(`${address}/v1/${secretIds}`, {
    method: 'POST',
    headers: { 'x-vault-token': deployer.token, 'x-vault-wrap-ttl': '300' },
  });
  const { wrap_info: info } = (await reply.json()) as { wrap_info: { token: string } };
  wrapped = info.token;
  expect(await unwrap()).toBe(200);
  expect(await ask(page, 'alarms.list')).toEqual({ alarms: [] });
  expect(await unwrap(), 'it opens once').toBe(400);

  const item = page.getByRole('button', { name: '1 alarm' });
  await expect(item).toBeVisible();
  await item.press('Enter');
  const notice = page.getByRole('alert', { name: 'Alarm' });
  await expect(notice).toContainText('The way in of orders-api was used a second time');
  await expect(notice).toContainText('stop orders-api and hand over a new keycard');
  await notice.getByRole('button', { name: 'Stop orders-api…' }).click();
  await expect(page.getByRole('dialog', { name: 'Stop orders-api?' })).toBeVisible();
  await page.keyboard.press('Escape');
});

test('an alarm that was looked at stays away until the next use', async () => {
  await page.getByRole('button', { name: 'I have looked at it' }).click();
  await expect(page.getByRole('alert', { name: 'Alarm' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: '1 alarm' })).toHaveCount(0);
  expect(await unwrap()).toBe(400);
  await expect(page.getByRole('alert', { name: 'Alarm' })).toContainText('was used 3 times');
});

async function unwrap(): Promise<number> {
  const reply = await fetch(`${address}/v1/sys/wrapping/unwrap`, {
    method: 'POST',
    headers: { 'x-vault-token': wrapped },
  });
  return reply.status;
}
