import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
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

/** What axe holds against a page, less what it calls moderate or minor. */
async function seriousFindings(page: Page): Promise<string[]> {
  // Legacy mode: the newer one opens a second page, which this app does not allow.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
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
        expect(await seriousFindings(page), `axe on ${name} in ${theme}`).toEqual([]);
        writeFileSync(join(ALBUM, `${name}-${theme}.png`), png);
        taken.push(`${name}-${theme}`);
      }
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    },
  };
}
