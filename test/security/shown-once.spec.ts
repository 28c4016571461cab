import { expect, type Page, test } from '@playwright/test';
import { ask } from '../e2e/steps/ask.ts';
import { createVault } from '../e2e/steps/front-door.ts';
import { goTo } from '../e2e/steps/rail.ts';
import { listenTo } from '../e2e/steps/troubled-channel.ts';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';

let desktop: TestDesktop;
let page: Page;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  page = await createVault(desktop);
});
test.afterAll(() => desktop.close());

test.describe
  .serial('what is shown once', () => {
    test('S6: the private half of an app is gone from the main process when its dialog is closed', async () => {
      const access = { doors: [{ kind: 'read-secret', target: 'shop/' } as const] };
      await ask(page, 'apps.write', { name: 'orders-api', access, tokenTtl: 3600 });
      const handedOver = await listenTo(desktop, 'apps.handOver');
      await goTo(page, 'Apps');
      await page.getByRole('option', { name: /orders-api/ }).click();
      await page.getByRole('button', { name: 'Hand over a keycard' }).click();
      await page.getByRole('button', { name: 'Make the keycard' }).click();
      await expect(page.getByRole('button', { name: 'Copy private half' })).toBeVisible();
      const handle = (await handedOver())?.handle ?? '';
      const copy = () => ask(page, 'apps.copyHandOver', { handle, what: 'secret-id' });
      await copy();

      await page.mouse.click(20, 400);
      await expect(page.getByRole('dialog'), 'a click beside it does not lose it').toBeVisible();
      await copy();
      await page.getByRole('button', { name: 'Done' }).click();
      await expect(page.getByRole('dialog')).toHaveCount(0);
      await expect(copy()).rejects.toThrow(/It was shown once, and is gone now/);
    });

    test('S6: a value that is revealed leaves the page when its screen is left, or the window is hidden', async () => {
      await ask(page, 'secrets.write', {
        path: 'shop/stripe',
        cas: 0,
        fields: [{ name: 'KEY', value: 'canary-81c3' }],
      });
      await goTo(page, 'Secrets');
      await page.getByRole('treeitem', { name: 'shop' }).click();
      await page.getByRole('treeitem', { name: /^stripe/ }).click();
      const reveal = page.getByRole('button', { name: 'Reveal KEY' });
      await reveal.click();
      await expect(page.getByText('canary-81c3')).toBeVisible();
      await goTo(page, 'Apps');
      expect(await page.content()).not.toContain('canary-81c3');
      await goTo(page, 'Secrets');
      await expect(reveal, 'and is hidden when one comes back').toBeVisible();

      await reveal.click();
      await expect(page.getByText('canary-81c3')).toBeVisible();
      await page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await expect(page.getByText('canary-81c3')).toHaveCount(0);
      await page.evaluate(() => Reflect.deleteProperty(document, 'visibilityState'));
    });

    test('S6: a hold shows the value while it lasts, also where the pointer has left the button', async () => {
      const reveal = page.getByRole('button', { name: 'Reveal KEY' });
      const box = await reveal.boundingBox();
      if (!box) throw new Error('there is nothing to press');
      await page.mouse.move(box.x + 5, box.y + 5);
      const pressed = Date.now();
      await page.mouse.down();
      await expect(page.getByText('canary-81c3')).toBeVisible();
      await expect.poll(() => Date.now() - pressed).toBeGreaterThan(400);
      await page.mouse.move(box.x - 300, box.y + 200);
      await page.mouse.up();
      await expect(page.getByText('canary-81c3')).toHaveCount(0);
    });

    test('S1: neither a window’s title nor its address tells what is on it', async () => {
      const shown = await desktop.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map((one) => `${one.getTitle()} ${one.webContents.getURL()}`),
      );
      expect(shown).toEqual(['Keywarden app://keywarden/']);
    });
  });
