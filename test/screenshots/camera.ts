import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { TestDesktop } from '../support/electron-app.ts';
import { isBlank } from './is-blank.ts';

const ALBUM = resolve(import.meta.dirname, '../../out/screenshots');
const SIZES = {
  wide: { width: 1280, height: 800 },
  /** As small as the window gets. */
  narrow: { width: 880, height: 560 },
  /** As much as is left of the wide one for people who need everything twice as large. */
  zoomed: { width: 640, height: 400 },
} as const;
const THEMES = ['light', 'dark'] as const;

/** Takes pictures of one desktop, each in light and dark, and keeps the list of what it took. */
export interface Camera {
  readonly taken: readonly string[];
  take(name: string, size?: keyof typeof SIZES): Promise<void>;
}

/** What axe holds against a page, less what it calls moderate or minor. */
async function seriousFindings(page: Page): Promise<string[]> {
  // Legacy mode: the newer one opens a second page, which this app does not allow.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

/** A camera before an empty part of the album. */
export function openCamera(desktop: TestDesktop, part: string): Camera {
  const folder = join(ALBUM, part);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const taken: string[] = [];
  return {
    taken,
    async take(name, size = 'wide') {
      const { width, height } = SIZES[size];
      await desktop.app.evaluate(({ BrowserWindow }, wanted) => {
        for (const window of BrowserWindow.getAllWindows()) {
          window.setContentSize(wanted.width, wanted.height);
        }
      }, SIZES[size]);
      const page = await desktop.window();
      if (size === 'zoomed') await page.setViewportSize(SIZES[size]);
      await page.waitForFunction((wanted) => window.innerWidth === wanted, width);
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.mouse.move(width - 4, height / 2);
        await page.evaluate(async () => await document.fonts.ready);
        const png = await page.screenshot({ animations: 'disabled' });
        expect(await isBlank(desktop.app, png), `${name} in ${theme} shows something`).toBe(false);
        expect(await seriousFindings(page), `axe on ${name} in ${theme}`).toEqual([]);
        writeFileSync(join(folder, `${name}-${theme}.png`), png);
        taken.push(`${name}-${theme}`);
      }
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    },
  };
}
