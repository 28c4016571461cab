import { create } from 'zustand';
import type { Alarm } from '../../../shared/ipc/methods/alarms-methods.ts';
import { ask } from '../../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../../ui/loadable.ts';

interface Alarms {
  readonly list: Loadable<readonly Alarm[]>;
  readonly refresh: () => Promise<void>;
  readonly seen: (id: string) => Promise<void>;
}

/** What somebody should look at now. */
export const useAlarms = create<Alarms>()((set, get) => ({
  list: LOADING,
  refresh: async () =>
    set({
      list: await reload(
        get().list,
        ask('alarms.list').then((reply) => reply.alarms),
      ),
    }),
  seen: async (id) => {
    await ask('alarms.seen', { id });
    await get().refresh();
  },
}));
