import type { Channel } from './channels.ts';
import type { IpcInput, IpcOutput } from './contract.ts';
import type { IpcEvent } from './events.ts';
import type { IpcReply } from './reply.ts';

/**
 * What the preload script puts on `window.keywarden`: one function for each channel, and a way to hear events.
 * No ipcRenderer and no event object reaches the page. SECURITY(I4)
 */
export type Bridge = {
  readonly [C in Channel]: undefined extends IpcInput<C>
    ? () => Promise<IpcReply<IpcOutput<C>>>
    : (input: IpcInput<C>) => Promise<IpcReply<IpcOutput<C>>>;
} & {
  /** Calls back on every event. Returns how to stop. */
  readonly onEvent: (listener: (event: IpcEvent) => void) => () => void;
};
