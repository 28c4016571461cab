import { expect, type Locator, type Page } from '@playwright/test';

/** No screen has as many stops: whoever has not arrived by then never will. */
const MOST_STOPS = 80;

/** Walks to a control with Tab alone, and presses a key on it. */
export async function press(page: Page, control: Locator, key: string): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press(key);
}

/** Walks to a control with Tab alone. Every stop on the way must show that it has the focus. */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  await expect(control).toBeVisible();
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
    const { shown, on } = await focusShown(page);
    expect(shown, `the focus is visible on ${on}`).toBe(true);
  }
  throw new Error(`Tab never comes to ${control}`);
}

/** What Tab comes to inside a dialog, in order, until it is back at the first; never outside. */
export async function stopsIn(page: Page, dialog: Locator): Promise<string[]> {
  const stops: string[] = [];
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    const name = await dialog.evaluate((element) => {
      const focused = document.activeElement;
      if (!(focused instanceof HTMLElement) || !element.contains(focused)) return null;
      return focused.getAttribute('aria-label') ?? focused.textContent ?? '';
    });
    expect(name, `Tab stays inside the dialog after ${stops.join(', ')}`).not.toBeNull();
    if (name === stops[0]) return stops;
    stops.push(name ?? '');
  }
  throw new Error('Tab does not come round');
}

/** Whether the focused element, what it holds, or what is drawn around it looks otherwise than without the focus. */
function focusShown(page: Page): Promise<{ shown: boolean; on: string }> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement) || focused === document.body)
      return { shown: true, on: 'the page' };
    const looks = (): string => {
      for (const animation of document.getAnimations()) {
        // One that turns for ever has no end to be brought to.
        if (Number.isFinite(animation.effect?.getComputedTiming().endTime)) animation.finish();
      }
      const around = [focused.parentElement, focused.parentElement?.parentElement];
      const elements = [focused, ...around, ...focused.querySelectorAll('*')];
      return elements
        .map((element) => {
          if (!element) return '';
          const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
          return [outline, boxShadow, borderColor, backgroundColor].join();
        })
        .join('\n');
    };
    const withFocus = looks();
    focused.blur();
    const without = looks();
    focused.focus();
    return { shown: withFocus !== without, on: focused.outerHTML.slice(0, 200) };
  });
}
