import { test as base } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';

/** A desktop that a file's tests share: each only looks, none changes what another sees. */
export const test = base.extend<object, { desktop: TestDesktop }>({
  desktop: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner demands a destructured first argument.
    async ({}, use) => {
      const desktop = await launchDesktop();
      await use(desktop);
      await desktop.close();
    },
    { scope: 'worker' },
  ],
});
export { expect } from '@playwright/test';
