/** The only origin that may ask. */
export const APP_ORIGIN = 'app://keywarden';

/** What the check reads of Electron's WebFrameMain. */
export interface SenderFrame {
  readonly parent: unknown;
  readonly url: string;
}

/** What the check reads of Electron's IpcMainInvokeEvent. */
export interface SenderEvent {
  readonly sender: { readonly id: number };
  readonly senderFrame: SenderFrame | null;
}

/**
 * Whether a message comes from a window of ours: a registered webContents, its top frame, exactly our origin.
 * A frame that is gone (null) is refused: nobody knows any more what it was. SECURITY(I2)
 */
export function isTrustedSender(event: SenderEvent, registered: ReadonlySet<number>): boolean {
  const frame = event.senderFrame;
  return (
    registered.has(event.sender.id) &&
    frame !== null &&
    frame.parent === null &&
    originOf(frame.url) === APP_ORIGIN
  );
}

/** `URL.origin` is "null" for schemes of our own, so it is put together here. */
function originOf(url: string): string | undefined {
  try {
    const { protocol, host, username, password } = new URL(url);
    return username === '' && password === '' ? `${protocol}//${host}` : undefined;
  } catch {
    return undefined;
  }
}
