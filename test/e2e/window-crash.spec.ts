import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  const page = await desktop.window();
  await ask(page, 'vault.create', {
    name: 'Seaside Hotel',
    directory: join(desktop.folder, 'vault'),
    passphrase: 'a passphrase for a test, not a person',
  });
});
test.afterAll(() => desktop.close());

/** Ends the process of the window's page, as a fault in it or the system's lack of memory would. */
async function crash(): Promise<void> {
  const page = await desktop.window();
  const isClosed = new Promise((resolve) => page.once('close', resolve));
  await desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );
  await isClosed;
}

test('a window whose page has crashed is replaced, and what was held for that page is forgotten', async () => {
  const before = await desktop.window();
  await ask(before, 'apps.write', {
    name: 'billing',
    access: { doors: [{ kind: 'read-secret', target: 'billing' }] },
    tokenTtl: 60,
  });
  const { handle } = await ask(before, 'apps.handOver', { name: 'billing', ttl: 60 });
  await crash();

  const page = await desktop.window();
  await expect(page.getByRole('heading').first()).toBeVisible();
  expect(await ask(page, 'app.status')).toMatchObject({ phase: 'open' });
  const copied = await page.evaluate((input) => window.keywarden['apps.copyHandOver'](input), {
    handle,
    what: 'secret-id',
  } as const);
  expect(copied).toMatchObject({ ok: false, error: { code: 'not-found' } });
});

test('a window that crashes again and again is closed: the desktop is locked, apps are served, a new start shows it', async () => {
  const address = await desktop.brokerAddress();
  for (let times = 0; times < 3; times += 1) await crash();
  expect(desktop.app.windows()).toEqual([]);
  expect((await fetch(`${address}/v1/sys/health`)).status).toBe(200);

  await desktop.app.evaluate(({ app }) => app.emit('second-instance'));
  const page = await desktop.window();
  expect(await ask(page, 'app.status')).toMatchObject({ phase: 'locked' });
});
