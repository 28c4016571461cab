import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from '@playwright/test';
import type { TestDesktop } from '../support/electron-app.ts';
import { isBlank } from './is-blank.ts';

const ALBUM = resolve(import.meta.dirname, '../../out/screenshots');
const SIZE = { width: 1280, height: 800 };
const THEMES = ['light', 'dark'] as const;

/** Takes pictures of one desktop, each in light and dark, and keeps the list of what it took. */
export interface Camera {
  readonly taken: readonly string[];
  take(name: string): Promise<void>;
}

/** A camera before an empty album. */
export function openCamera(desktop: TestDesktop): Camera {
  rmSync(ALBUM, { recursive: true, force: true });
  mkdirSync(ALBUM, { recursive: true });
  const taken: string[] = [];
  return {
    taken,
    async take(name) {
      await desktop.app.evaluate(({ BrowserWindow }, { width, height }) => {
        for (const window of BrowserWindow.getAllWindows()) window.setContentSize(width, height);
      }, SIZE);
      const page = await desktop.window();
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.mouse.move(SIZE.width - 4, SIZE.height / 2);
        await page.evaluate(async () => await document.fonts.ready);
        const png = await page.screenshot({ animations: 'disabled' });
        expect(await isBlank(desktop.app, png), `${name} in ${theme} shows something`).toBe(false);
        writeFileSync(join(ALBUM, `${name}-${theme}.png`), png);
        taken.push(`${name}-${theme}`);
      }
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    },
  };
}
