import type { WebPreferences } from 'electron';

/** Named without `persist:`, so that the session lives in memory only. SECURITY(W7) */
export const PARTITION = 'keywarden';

/**
 * The one way in which a window of ours is made. SECURITY(W1) SECURITY(W2)
 *
 * `preload` and `devTools` are added by the only caller, because they depend on where and how the app runs.
 */
export const WEB_PREFERENCES = {
  partition: PARTITION,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  contextIsolation: true,
  sandbox: true,
  webSecurity: true,
  allowRunningInsecureContent: false,
  webviewTag: false,
  experimentalFeatures: false,
  plugins: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  disableBlinkFeatures: 'Auxclick',
} as const satisfies WebPreferences;
