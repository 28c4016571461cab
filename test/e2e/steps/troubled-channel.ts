import type { Channel } from '../../../shared/ipc/channels.ts';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { IpcEvent } from '../../../shared/ipc/events.ts';
import type { TestDesktop } from '../../support/electron-app.ts';

/** What can become of one question of the window: no answer, a refusal, or an answer of the test's own. */
type Trouble<C extends Channel> =
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'answers'; readonly value: IpcOutput<C> };

/** Puts trouble in the place of a channel's handler in the main process, until `mend`. */
export async function trouble<C extends Channel>(
  { app }: TestDesktop,
  channel: C,
  what: Trouble<C>,
): Promise<void> {
  await app.evaluate(
    ({ ipcMain }, { name, how }) => {
      // Electron has no way to ask for a handler; it is kept here to be put back.
      const { _invokeHandlers: handlers } = ipcMain as unknown as { _invokeHandlers: Map<string, unknown> };
      const kept = globalThis as unknown as { keptHandlers?: Map<string, unknown>; waiting?: unknown[] };
      kept.keptHandlers ??= new Map();
      // Electron answers by itself, with a failure, when nothing holds the answer any more.
      kept.waiting ??= [];
      const { waiting } = kept;
      if (!kept.keptHandlers.has(name)) kept.keptHandlers.set(name, handlers.get(name));
      ipcMain.removeHandler(name);
      ipcMain.handle(name, () => {
        if (how.kind === 'silent') return new Promise((resolve) => waiting.push(resolve));
        return how.kind === 'refused'
          ? { ok: false, error: { code: 'ledger-unavailable', message: how.message } }
          : { ok: true, value: how.value };
      });
    },
    { name: `keywarden:${channel}`, how: what as Trouble<Channel> },
  );
}

/** Puts the channel's own handler back. */
export async function mend({ app }: TestDesktop, channel: Channel): Promise<void> {
  await app.evaluate(({ ipcMain }, name) => {
    const { _invokeHandlers: handlers } = ipcMain as unknown as { _invokeHandlers: Map<string, unknown> };
    const kept = globalThis as unknown as { keptHandlers?: Map<string, unknown> };
    const handler = kept.keptHandlers?.get(name);
    ipcMain.removeHandler(name);
    if (handler) handlers.set(name, handler);
  }, `keywarden:${channel}`);
}

/** Tells the window that something has happened, as the main process does. */
export async function tell({ app }: TestDesktop, event: IpcEvent): Promise<void> {
  await app.evaluate(({ BrowserWindow }, what) => {
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send('keywarden.event', what);
  }, event);
}

/** Keeps what the main process answers on a channel from here on, and gives the last of it. */
export async function listenTo<C extends Channel>(
  { app }: TestDesktop,
  channel: C,
): Promise<() => Promise<IpcOutput<C> | null>> {
  const name = `keywarden:${channel}`;
  await app.evaluate(({ ipcMain }, heard) => {
    type Handler = (...given: unknown[]) => Promise<unknown>;
    const { _invokeHandlers: handlers } = ipcMain as unknown as { _invokeHandlers: Map<string, Handler> };
    const answers = globalThis as unknown as Record<string, unknown>;
    const handler = handlers.get(heard);
    if (!handler) throw new Error(`nothing answers on ${heard}`);
    handlers.set(heard, async (...given) => {
      const answer = await handler(...given);
      answers[heard] = answer;
      return answer;
    });
  }, name);
  return () =>
    app.evaluate((_electron, heard) => {
      const reply = (globalThis as unknown as Record<string, { value?: unknown } | undefined>)[heard];
      return (reply?.value ?? null) as IpcOutput<C> | null;
    }, name);
}
