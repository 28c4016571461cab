import { BrowserWindow, nativeTheme } from 'electron';
import { EVENT_CHANNEL } from '../../shared/ipc/channels.ts';
import { type IpcEvent, ipcEvent } from '../../shared/ipc/events.ts';
import type { Clock } from '../core/ports.ts';
import { APP_ORIGIN } from '../ipc/sender.ts';
import { WEB_PREFERENCES } from './web-preferences.ts';
import type { WindowState, WindowStateStore } from './window-state.ts';

/** How many crashes in how long are accidents. */
const CRASHES_AT_MOST = 3;
const CRASH_SPAN_MS = 60_000;

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
  readonly clock: Clock;
  /** The page has lost its process, and with it all that it knew. It is replaced in any case. */
  readonly crashed: (reason: string) => void;
}): MainWindow {
  const registered = new Set<number>();
  let current: BrowserWindow | undefined;
  let crashes: readonly number[] = [];

  /** A page without a process stays blank for good: a new window takes its place. One that dies at once each time is closed, as a person would. */
  const recover = (lost: BrowserWindow, reason: string): void => {
    if (current !== lost || lost.isDestroyed()) return;
    options.crashed(reason);
    const now = options.clock.now();
    crashes = [...crashes.filter((at) => now - at < CRASH_SPAN_MS), now];
    if (crashes.length > CRASHES_AT_MOST) lost.destroy();
    else replace().catch(() => options.crashed('not-replaced'));
  };

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
      // The ground of tokens.css, so that nothing flashes before the first drawing.
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#131314' : '#f2f1ef',
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
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      // Not inside its own event: it is about to be destroyed.
      setImmediate(() => recover(window, reason));
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

  const replace = async (): Promise<void> => {
    const old = current;
    if (!old) return;
    void options.state.remember(stateOf(old));
    // The new one is there before the old one goes: otherwise it would count as the last window closed.
    const opening = open();
    old.destroy();
    await opening;
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
    replace,
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
