import { expect } from '@playwright/test';
import type { TestDesktop } from '../../support/electron-app.ts';

/** What any program would now paste. */
export function readClipboard({ app }: TestDesktop): Promise<string> {
  // A promise in new versions of Electron, a text in old ones: `await` takes both.
  return app.evaluate(async ({ clipboard }) => await clipboard.readText());
}

/** Does what copies something, and gives what is on the clipboard then. */
export async function copied(desktop: TestDesktop, copy: () => Promise<void>): Promise<string> {
  await desktop.app.evaluate(async ({ clipboard }) => await clipboard.clear());
  await copy();
  let text = '';
  await expect
    .poll(async () => {
      text = await readClipboard(desktop);
      return text;
    })
    .not.toBe('');
  return text;
}
