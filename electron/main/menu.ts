import { Menu } from 'electron';
import { type MenuActions, menuTemplate } from './menu-template.ts';

/** Puts the native menu up, with the platform's own accelerators. */
export function installMenu(actions: MenuActions, platform: NodeJS.Platform, devTools: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions, platform, devTools)));
}
