import type { Page } from '@playwright/test';
import type { Channel } from '../../../shared/ipc/channels.ts';
import type { IpcInput, IpcOutput } from '../../../shared/ipc/contract.ts';
import type { IpcReply } from '../../../shared/ipc/reply.ts';

/** Asks through the window's own bridge: for what a journey needs but is not about. Throws what was refused. */
export async function ask<C extends Channel>(
  page: Page,
  channel: C,
  ...input: undefined extends IpcInput<C> ? [] : [IpcInput<C>]
): Promise<IpcOutput<C>> {
  const reply = await page.evaluate(
    ([name, given]) => {
      // The bridge's type has a signature for each channel, and this one name stands for any of them.
      const bridge = window.keywarden as unknown as Record<string, (input: unknown) => Promise<unknown>>;
      return bridge[name]?.(given);
    },
    [channel, input[0]] as const,
  );
  const { ok, ...rest } = reply as IpcReply<IpcOutput<C>>;
  if (!ok) throw new Error(`${channel} was refused: ${JSON.stringify(rest)}`);
  return (reply as { value: IpcOutput<C> }).value;
}
