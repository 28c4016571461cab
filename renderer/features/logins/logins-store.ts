import { create } from 'zustand';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { ask } from '../../bridge/ask.ts';

/** Somebody in a terminal who waits for this desktop. */
export type LoginWaiting = IpcOutput<'logins.list'>['requests'][number];

interface Logins {
  readonly requests: readonly LoginWaiting[];
  readonly refresh: () => Promise<void>;
  readonly decide: (code: string, approve: boolean) => Promise<void>;
}

/** What `kw login` is waiting for. */
export const useLogins = create<Logins>()((set, get) => ({
  requests: [],
  refresh: async () => {
    try {
      set({ requests: (await ask('logins.list')).requests });
    } catch {
      // Nobody asked for this: a failure shows nothing, and the next event asks again.
    }
  },
  decide: async (code, approve) => {
    await ask('logins.decide', { code, approve });
    set({ requests: get().requests.filter((request) => request.code !== code) });
    await get().refresh();
  },
}));
