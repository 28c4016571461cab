import type { WebContents } from 'electron';

/** What hardening needs of Electron's WebContents, so that its test needs no Electron. */
export type HardenableContents = Pick<WebContents, 'setWindowOpenHandler' | 'setWebRTCIPHandlingPolicy'> & {
  on(event: string, listener: (event: { preventDefault(): void }) => void): unknown;
};

/** The page is loaded by us, once; whatever else wants to load something is refused. SECURITY(W3) */
const REFUSED = ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'] as const;

/** Shuts every way in which a page could lead somewhere else. Called for every webContents that is made. */
export function hardenContents(contents: HardenableContents): void {
  for (const event of REFUSED) contents.on(event, (navigation) => navigation.preventDefault());
  // SECURITY(W7): the one kind of traffic that a content policy does not know.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  // SECURITY(W4): no window is opened from a page, and nothing is handed to the browser.
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
