import { create } from 'zustand';
import type { IpcInput, IpcOutput } from '../../../shared/ipc/contract.ts';
import type { App } from '../../../shared/ipc/methods/apps-methods.ts';
import { ask } from '../../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../../ui/loadable.ts';

/** One app with its doors, its policy and its keycards. */
export type AppView = IpcOutput<'apps.show'>;

interface Apps {
  readonly list: Loadable<readonly App[]>;
  readonly selected: string | null;
  readonly detail: Loadable<AppView>;
  readonly refresh: () => Promise<void>;
  readonly show: (name: string) => Promise<void>;
  readonly write: (input: IpcInput<'apps.write'>) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

/** The apps that may ask for something. */
export const useApps = create<Apps>()((set, get) => ({
  list: LOADING,
  selected: null,
  detail: LOADING,
  refresh: async () => {
    const { selected } = get();
    const [list] = await Promise.all([
      reload(
        get().list,
        ask('apps.list').then((reply) => reply.apps),
      ),
      selected === null ? undefined : get().show(selected),
    ]);
    set({ list });
    // Removed elsewhere: there is nothing to look at any more.
    if (list.kind === 'ready' && !list.value.some(({ name }) => name === get().selected))
      set({ selected: null, detail: LOADING });
  },
  show: async (name) => {
    const before = get().selected === name ? get().detail : LOADING;
    set({ selected: name, detail: before });
    const detail = await reload(before, ask('apps.show', { name }));
    if (get().selected === name) set({ detail });
  },
  write: async (input) => {
    await ask('apps.write', input);
    set({ selected: input.name, detail: LOADING });
    await get().refresh();
  },
  remove: async (name) => {
    await ask('apps.remove', { name });
    set({ selected: null, detail: LOADING });
    await get().refresh();
  },
}));
