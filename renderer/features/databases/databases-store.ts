import { create } from 'zustand';
import type { IpcInput, IpcOutput } from '../../../shared/ipc/contract.ts';
import { ask } from '../../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../../ui/loadable.ts';
import { DATABASE_FORMS } from './database-forms.ts';

/** What is shown beside the list. */
export type DatabaseSelection = { readonly kind: 'connection' | 'role'; readonly name: string };

interface Databases {
  readonly list: Loadable<IpcOutput<'databases.list'>>;
  readonly selected: DatabaseSelection | null;
  /** What the start of the sample is doing, in words. */
  readonly step: string | null;
  readonly starting: boolean;
  /** What the last rehearsal of a connection has shown, by its name; nothing: all went well. */
  readonly rehearsed: ReadonlyMap<string, readonly string[]>;
  readonly refresh: () => Promise<void>;
  readonly select: (selected: DatabaseSelection | null) => void;
  readonly setStep: (step: string) => void;
  readonly startSample: () => Promise<void>;
  readonly stopSample: () => Promise<void>;
  readonly connect: (input: IpcInput<'databases.connect'>) => Promise<void>;
  readonly check: (name: string, rehearse: boolean) => Promise<IpcOutput<'databases.check'>>;
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
  rehearsed: new Map(),
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
    const { findings } = await ask('databases.connect', input);
    const { rehearses } = DATABASE_FORMS[input.kind ?? 'postgresql'];
    set({ rehearsed: withShown(get().rehearsed, input.name, rehearses ? findings : null) });
    await get().refresh();
    set({ selected: { kind: 'connection', name: input.name } });
  },
  check: async (name, rehearse) => {
    const checked = await ask('databases.check', { name, rehearse });
    const shown = checked.rehearsed ? checked.findings : null;
    if (rehearse) set({ rehearsed: withShown(get().rehearsed, name, shown) });
    return checked;
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

/** What a rehearsal has shown; null: it was not made, so that nothing is known. */
function withShown(
  rehearsed: ReadonlyMap<string, readonly string[]>,
  name: string,
  findings: readonly string[] | null,
): ReadonlyMap<string, readonly string[]> {
  const next = new Map(rehearsed);
  if (findings === null) next.delete(name);
  else next.set(name, findings);
  return next;
}
