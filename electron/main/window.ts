import { BrowserWindow, nativeTheme } from 'electron';
import { EVENT_CHANNEL } from '../../shared/ipc/channels.ts';
import { type IpcEvent, ipcEvent } from '../../shared/ipc/events.ts';
import { APP_ORIGIN } from '../ipc/sender.ts';
import { WEB_PREFERENCES } from './web-preferences.ts';
import type { WindowState, WindowStateStore } from './window-state.ts';

/** The one window of the desktop. */
export interface MainWindow {
  /** The webContents that may ask. */
  readonly registered: ReadonlySet<number>;
  current(): BrowserWindow | undefined;
  /** Shows the window, making it when there is none. */
  show(): Promise<void>;
  /** Gives the window a new renderer process and ends the old one, with all that it had in memory. SECURITY(S5) */
  replace(): Promise<void>;
  send(event: IpcEvent): void;
}

/** Keeps at most one window. */
export function createMainWindow(options: {
  readonly preload: string;
  readonly devTools: boolean;
  readonly state: WindowStateStore;
}): MainWindow {
  const registered = new Set<number>();
  let current: BrowserWindow | undefined;

  const open = async (): Promise<BrowserWindow> => {
    const { maximized, position, width, height } = options.state.current();
    const window = new BrowserWindow({
      ...position,
      width,
      height,
      minWidth: 880,
      minHeight: 560,
      show: false,
      title: 'Keywarden',
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#1a1b1e' : '#ffffff',
      webPreferences: { ...WEB_PREFERENCES, preload: options.preload, devTools: options.devTools },
    });
    const { id } = window.webContents;
    registered.add(id);
    current = window;
    window.webContents.once('destroyed', () => registered.delete(id));
    // A blank page is the one navigation that Chromium does not ask about: the bridge is deaf to it, and we lead back.
    window.webContents.on('did-navigate', (_event, url) => {
      if (!url.startsWith(`${APP_ORIGIN}/`)) void window.loadURL(`${APP_ORIGIN}/`);
    });
    window.on('page-title-updated', (event) => event.preventDefault());
    window.on('close', () => {
      void options.state.remember(stateOf(window));
    });
    window.on('closed', () => {
      if (current === window) current = undefined;
    });
    window.once('ready-to-show', () => {
      if (maximized) window.maximize();
      window.show();
    });
    try {
      await window.loadURL(`${APP_ORIGIN}/`);
    } catch (error) {
      // Replaced or closed while it was loading: nothing is missing.
      if (!window.isDestroyed()) throw error;
    }
    return window;
  };

  return {
    registered,
    current: () => current,
    async show() {
      if (!current) await open();
      else {
        if (current.isMinimized()) current.restore();
        current.show();
        current.focus();
      }
    },
    async replace() {
      const old = current;
      if (!old) return;
      void options.state.remember(stateOf(old));
      // The new one is there before the old one goes: otherwise it would count as the last window closed.
      const opening = open();
      old.destroy();
      await opening;
    },
    send(event) {
      if (current && !current.webContents.isDestroyed()) {
        current.webContents.send(EVENT_CHANNEL, ipcEvent.parse(event));
      }
    },
  };
}

function stateOf(window: BrowserWindow): WindowState {
  const { x, y, width, height } = window.getNormalBounds();
  return { position: { x, y }, width, height, maximized: window.isMaximized() };
}
