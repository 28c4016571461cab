/**
 * The only reader of what the preload script put on `window`. Everything in the window asks the main process here,
 * and a refusal arrives as the one error class.
 */
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Bridge } from '../../shared/ipc/bridge.ts';
import type { Channel } from '../../shared/ipc/channels.ts';
import type { IpcInput, IpcOutput } from '../../shared/ipc/contract.ts';
import type { IpcEvent } from '../../shared/ipc/events.ts';
import type { IpcReply } from '../../shared/ipc/reply.ts';

declare global {
  interface Window {
    readonly keywarden: Bridge;
  }
}

type Input<C extends Channel> = undefined extends IpcInput<C> ? [] : [input: IpcInput<C>];

/** Asks the main process one thing. Throws KeywardenError with its code and its safe sentence. */
export async function ask<C extends Channel>(channel: C, ...input: Input<C>): Promise<IpcOutput<C>> {
  // The compiler cannot follow C through the mapped type of Bridge; the signature above is what holds.
  const call = window.keywarden[channel] as (...input: unknown[]) => Promise<IpcReply<IpcOutput<C>>>;
  const reply = await call(...input);
  if (!reply.ok) throw new KeywardenError(reply.error.code, reply.error.message);
  return reply.value;
}

/** Calls back on every event of the main process. Returns how to stop. */
export function onEvent(listener: (event: IpcEvent) => void): () => void {
  return window.keywarden.onEvent(listener);
}
