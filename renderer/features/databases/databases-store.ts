import { create } from 'zustand';
import type { IpcInput, IpcOutput } from '../../../shared/ipc/contract.ts';
import { ask } from '../../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../../ui/loadable.ts';

/** What is shown beside the list. */
export type DatabaseSelection = { readonly kind: 'connection' | 'role'; readonly name: string };

interface Databases {
  readonly list: Loadable<IpcOutput<'databases.list'>>;
  readonly selected: DatabaseSelection | null;
  /** What the start of the sample is doing, in words. */
  readonly step: string | null;
  readonly starting: boolean;
  readonly refresh: () => Promise<void>;
  readonly select: (selected: DatabaseSelection | null) => void;
  readonly setStep: (step: string) => void;
  readonly startSample: () => Promise<void>;
  readonly stopSample: () => Promise<void>;
  readonly connect: (input: IpcInput<'databases.connect'>) => Promise<void>;
  readonly disconnect: (name: string) => Promise<void>;
  readonly writeRole: (input: IpcInput<'databases.writeRole'>) => Promise<void>;
  readonly removeRole: (name: string) => Promise<void>;
}

/** The databases that keycards can be issued for, and the kinds of access to them. */
export const useDatabases = create<Databases>()((set, get) => ({
  list: LOADING,
  selected: null,
  step: null,
  starting: false,
  refresh: async () => set({ list: await reload(get().list, ask('databases.list')) }),
  select: (selected) => set({ selected }),
  setStep: (step) => set({ step }),
  startSample: async () => {
    set({ starting: true, step: null });
    try {
      const { role } = await ask('databases.startSample');
      await get().refresh();
      set({ selected: { kind: 'role', name: role.name } });
    } finally {
      set({ starting: false, step: null });
    }
  },
  stopSample: async () => {
    await ask('databases.stopSample');
    set({ selected: null });
    await get().refresh();
  },
  connect: async (input) => {
    await ask('databases.connect', input);
    await get().refresh();
    set({ selected: { kind: 'connection', name: input.name } });
  },
  disconnect: async (name) => {
    await ask('databases.disconnect', { name });
    set({ selected: null });
    await get().refresh();
  },
  writeRole: async (input) => {
    await ask('databases.writeRole', input);
    await get().refresh();
    set({ selected: { kind: 'role', name: input.name } });
  },
  removeRole: async (name) => {
    await ask('databases.removeRole', { name });
    set({ selected: null });
    await get().refresh();
  },
}));
