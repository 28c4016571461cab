import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';

const PASSPHRASE = 'a passphrase for a test, not a person';
let desktop: TestDesktop;

test.beforeAll(async () => {
  desktop = await launchDesktop();
});
test.afterAll(() => desktop.close());

/** The ids of every window's renderer, and of its process. */
function renderers() {
  return desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) => ({
      id: webContents.id,
      pid: webContents.getOSProcessId(),
    })),
  );
}
function readClipboard() {
  // A promise in new versions of Electron, a text in old ones: `await` takes both.
  return desktop.app.evaluate(async ({ clipboard }) => await clipboard.readText());
}

test.describe
  .serial('locking and sealing', () => {
    test('a vault is made, and its folder is not readable for others', async () => {
      const page = await desktop.window();
      const directory = join(desktop.folder, 'vault');
      const reply = await page.evaluate((input) => window.keywarden['vault.create'](input), {
        name: 'Team',
        directory,
        passphrase: PASSPHRASE,
      });
      expect(reply).toMatchObject({
        ok: true,
        value: { phase: 'open', vault: { name: 'Team', directory }, broker: { serving: true } },
      });
      if (process.platform !== 'win32') expect(statSync(directory).mode & 0o777).toBe(0o700);
      const written = await page.evaluate(() =>
        window.keywarden['secrets.write']({
          path: 'stripe',
          cas: 0,
          fields: [{ name: 'key', value: 'canary-7d1f' }],
        }),
      );
      expect(written).toEqual({ ok: true, value: { version: 1 } });
    });

    test('S7: copying happens in the main process, and locking clears the clipboard if it is still ours', async () => {
      const page = await desktop.window();
      const copied = await page.evaluate(() =>
        window.keywarden['secrets.copy']({ path: 'stripe', version: 1, field: 'key' }),
      );
      expect(copied).toMatchObject({ ok: true, value: { clearsAt: expect.any(Number) } });
      expect(JSON.stringify(copied)).not.toContain('canary');
      expect(await readClipboard()).toBe('canary-7d1f');
    });

    test('S5: locking replaces the renderer process, clears what is ours, and keeps serving', async () => {
      const [before] = await renderers();
      const page = await desktop.window();
      const opened = desktop.app.waitForEvent('window');
      // The page that asks is gone before the answer comes.
      await page.evaluate(() => void window.keywarden['vault.lock']()).catch(() => undefined);
      await opened;
      await expect.poll(async () => (await renderers()).map(({ id }) => id)).not.toContain(before?.id);
      const after = await renderers();
      expect(after.length).toBe(1);
      expect(after[0]?.pid).not.toBe(before?.pid);
      expect(await readClipboard()).toBe('');

      const fresh = await desktop.window();
      const status = await fresh.evaluate(() => window.keywarden['app.status']());
      expect(status).toMatchObject({ ok: true, value: { phase: 'locked', broker: { serving: true } } });
      const refused = await fresh.evaluate(() => window.keywarden['secrets.list']({ folder: '' }));
      expect(refused).toMatchObject({ ok: false, error: { code: 'locked' } });
      const health = await fetch(`${await desktop.brokerAddress()}/v1/sys/health`);
      expect(health.status).toBe(200);
    });

    test('a wrong passphrase is refused, the right one opens', async () => {
      const page = await desktop.window();
      const directory = join(desktop.folder, 'vault');
      const unlock = (passphrase: string) =>
        page.evaluate((input) => window.keywarden['vault.unlock'](input), { directory, passphrase });
      expect(await unlock('wrong')).toMatchObject({ ok: false, error: { code: 'unlock-failed' } });
      expect(await unlock(PASSPHRASE)).toMatchObject({ ok: true, value: { phase: 'open' } });
    });

    test('sealing ends serving, and the vault opens again with what it held', async () => {
      const page = await desktop.window();
      const address = await desktop.brokerAddress();
      const opened = desktop.app.waitForEvent('window');
      await page.evaluate(() => void window.keywarden['vault.seal']()).catch(() => undefined);
      await opened;
      expect((await fetch(`${address}/v1/sys/health`)).status).toBe(503);
      const fresh = await desktop.window();
      const directory = join(desktop.folder, 'vault');
      const reply = await fresh.evaluate((input) => window.keywarden['vault.unlock'](input), {
        directory,
        passphrase: PASSPHRASE,
      });
      expect(reply).toMatchObject({ ok: true, value: { phase: 'open' } });
      const revealed = await fresh.evaluate(() =>
        window.keywarden['secrets.reveal']({ path: 'stripe', version: 1, field: 'key' }),
      );
      expect(revealed).toEqual({ ok: true, value: { value: 'canary-7d1f' } });
    });

    test('S4: closing the last window locks, the broker serves on, and a second start shows it again', async () => {
      const address = await desktop.brokerAddress();
      const page = await desktop.window();
      await Promise.all([
        page.waitForEvent('close'),
        desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
      ]);
      expect((await fetch(`${address}/v1/sys/health`)).status).toBe(200);
      const opened = desktop.app.waitForEvent('window');
      await desktop.app.evaluate(({ app }) => app.emit('second-instance'));
      await opened;
      const fresh = await desktop.window();
      expect(await fresh.evaluate(() => window.keywarden['app.status']())).toMatchObject({
        ok: true,
        value: { phase: 'locked' },
      });
    });

    test('none of this has failed behind the scenes', () => {
      expect(desktop.log()).not.toMatch(/"level":"error"|Uncaught|UnhandledPromise|has been destroyed/);
    });

    test('the next start remembers the vault, sealed', async () => {
      desktop = await desktop.restart();
      const page = await desktop.window();
      const status = await page.evaluate(() => window.keywarden['app.status']());
      expect(status).toMatchObject({
        ok: true,
        value: {
          phase: 'sealed',
          vault: null,
          knownVaults: [{ name: 'Team', directory: join(desktop.folder, 'vault'), present: true }],
        },
      });
    });
  });
