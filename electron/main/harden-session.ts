import type { Session } from 'electron';
import { APP_ORIGIN } from '../ipc/sender.ts';

/** What hardening needs of Electron's Session, so that its test needs no Electron. */
export type HardenableSession = Pick<
  Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setSpellCheckerEnabled'
> & {
  readonly webRequest: {
    onBeforeRequest(
      listener: (details: { readonly url: string }, reply: (answer: { cancel: boolean }) => void) => void,
    ): void;
  };
  on(event: 'will-download', listener: (event: { preventDefault(): void }) => void): unknown;
};

/** Denies every permission, device and download, and every request that is not for our own files. */
export function hardenSession(session: HardenableSession): void {
  // SECURITY(W5)
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false); // it would fetch dictionaries
  session.on('will-download', (event) => event.preventDefault());
  // SECURITY(W7): the page's policy forbids it already; this is the second lock.
  session.webRequest.onBeforeRequest((details, reply) => reply({ cancel: !isOurs(details.url) }));
}

/** Whether a request stays inside the app: its own files, or the developer tools', which a packaged app has not. */
export function isOurs(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`) || url.startsWith('devtools://');
}
