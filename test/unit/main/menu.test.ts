import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { menuTemplate } from '../../../electron/main/menu-template.ts';

/** Every item of the menu, and what choosing it did. */
function menu(platform: NodeJS.Platform, devTools = false) {
  const done: string[] = [];
  const template = menuTemplate(
    {
      command: (command) => done.push(command),
      lock: () => done.push('lock'),
      seal: () => done.push('seal'),
    },
    platform,
    devTools,
  );
  const items = template.flatMap((top) => (Array.isArray(top.submenu) ? top.submenu : []));
  const choose = (item: MenuItemConstructorOptions | undefined): string | undefined => {
    (item?.click as (() => void) | undefined)?.();
    return done.at(-1);
  };
  return { items, choose };
}

describe.each(['linux', 'darwin', 'win32'] as const)('the menu on %s', (platform) => {
  it.each([
    ['CmdOrCtrl+L', 'lock'],
    ['CmdOrCtrl+K', 'find'],
    ['CmdOrCtrl+N', 'new-secret'],
    ['CmdOrCtrl+,', 'settings'],
  ])('%s is %s', (accelerator, action) => {
    const { items, choose } = menu(platform);
    expect(choose(items.find((item) => item.accelerator === accelerator))).toBe(action);
  });

  it('seals without an accelerator that a finger could hit by mistake', () => {
    const { items, choose } = menu(platform);
    const seal = items.find((item) => item.label === 'Seal…');
    expect(seal?.accelerator).toBeUndefined();
    expect(choose(seal)).toBe('seal');
  });

  it('SECURITY(W6) shows developer tools only where they exist', () => {
    const has = (devTools: boolean) =>
      menu(platform, devTools).items.some((item) => item.role === 'toggleDevTools');
    expect(has(false)).toBe(false);
    expect(has(true)).toBe(true);
  });
});
