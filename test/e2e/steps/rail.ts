import type { Page } from '@playwright/test';

/** Goes to a screen by its name in the rail. */
export async function goTo(
  page: Page,
  screen: 'Secrets' | 'Apps' | 'Keycards' | 'Databases' | 'Rotation' | 'Settings',
): Promise<void> {
  // A number may stand behind the name.
  const name = new RegExp(`^${screen}`);
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name }).click();
}
