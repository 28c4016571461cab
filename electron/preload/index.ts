/**
 * Runs in the sandboxed renderer before the page: hands it one function per channel of the contract, and nothing else.
 * It knows names only; every check happens in the main process.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { CHANNELS, EVENT_CHANNEL, INVOKE_PREFIX } from '../../shared/ipc/channels.ts';
import type { IpcEvent } from '../../shared/ipc/events.ts';

const methods = CHANNELS.map((channel) => [
  channel,
  (input?: unknown): Promise<unknown> => ipcRenderer.invoke(INVOKE_PREFIX + channel, input),
]);

/** SECURITY(I4): the page gets the event's data, never the event object, whose `sender` is ipcRenderer. */
function onEvent(listener: (event: IpcEvent) => void): () => void {
  const forward = (_event: unknown, data: IpcEvent): void => listener(data);
  ipcRenderer.on(EVENT_CHANNEL, forward);
  return () => {
    ipcRenderer.removeListener(EVENT_CHANNEL, forward);
  };
}

contextBridge.exposeInMainWorld('keywarden', { ...Object.fromEntries(methods), onEvent });
