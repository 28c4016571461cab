import type { MenuItemConstructorOptions } from 'electron';
import type { IpcEvent } from '../../shared/ipc/events.ts';

type Command = Extract<IpcEvent, { kind: 'command' }>['command'];

/** What the menu can do. */
export interface MenuActions {
  command(command: Command): void;
  lock(): void;
  seal(): void;
}

/** The menu as data. */
export function menuTemplate(
  { command, lock, seal }: MenuActions,
  platform: NodeJS.Platform,
  devTools: boolean,
): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const go = (label: string, to: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => command(to),
  });
  const settings = go('Settings…', 'settings', 'CmdOrCtrl+,');
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const vault: MenuItemConstructorOptions = {
    label: isMac ? 'Vault' : 'File',
    submenu: [
      go('New secret', 'new-secret', 'CmdOrCtrl+N'),
      go('Find…', 'find', 'CmdOrCtrl+K'),
      separator,
      { label: 'Lock', accelerator: 'CmdOrCtrl+L', click: () => lock() },
      { label: 'Seal…', click: () => seal() },
      ...(isMac ? [] : [separator, settings, separator, { role: 'quit' as const }]),
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      go('Secrets', 'secrets', 'CmdOrCtrl+1'),
      go('Apps', 'apps', 'CmdOrCtrl+2'),
      go('Keycards', 'keycards', 'CmdOrCtrl+3'),
      go('Databases', 'databases', 'CmdOrCtrl+4'),
      go('Rotation', 'rotation', 'CmdOrCtrl+5'),
      separator,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
      ...(devTools ? [separator, { role: 'toggleDevTools' as const }] : []),
    ],
  };
  const macApp: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      separator,
      settings,
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };
  return [...(isMac ? [macApp] : []), vault, { role: 'editMenu' }, view, { role: 'windowMenu' }];
}
