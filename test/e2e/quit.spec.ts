import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { ask } from './steps/ask.ts';

const PASSPHRASE = 'a passphrase for a test, not a person';
let desktop: TestDesktop;

test.beforeAll(async () => {
  desktop = await launchDesktop();
});
test.afterAll(() => desktop.close());

test('quit in the middle of making a vault: it is finished and sealed, and no window comes back meanwhile', async () => {
  const page = await desktop.window();
  const directory = join(desktop.folder, 'vault');
  await page.evaluate(
    (input) => {
      void window.keywarden['vault.create'](input);
    },
    { name: 'Seaside Hotel', directory, passphrase: PASSPHRASE },
  );
  await expect.poll(() => existsSync(directory)).toBe(true);
  const main = desktop.app.process();
  const ended = once(main, 'exit');
  await desktop.app.evaluate(({ app, BrowserWindow }) => {
    // Behind this answer, which would not come any more.
    setImmediate(() => {
      app.quit();
      app.emit('second-instance');
      process.stderr.write(`windows while quitting: ${BrowserWindow.getAllWindows().length}\n`);
    });
  });
  expect(await ended).toEqual([0, null]);
  expect(desktop.log()).toContain('windows while quitting: 0\n');
  expect(desktop.log()).not.toContain('"level":"error"');

  desktop = await desktop.restart();
  const again = await desktop.window();
  expect(await ask(again, 'app.status')).toMatchObject({
    phase: 'sealed',
    knownVaults: [{ name: 'Seaside Hotel', directory, present: true }],
  });
  const opened = await ask(again, 'vault.unlock', { directory, passphrase: PASSPHRASE });
  expect(opened.phase).toBe('open');
});
