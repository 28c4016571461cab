import { create } from 'zustand';
import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { ask } from '../../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../../ui/loadable.ts';

/** Which keycards the list shows. */
export type KeycardFilter = 'live' | 'expiring' | 'stuck' | 'dead';

interface Keycards {
  readonly list: Loadable<readonly Keycard[]>;
  readonly selected: string | null;
  readonly filter: KeycardFilter;
  readonly words: string;
  readonly refresh: () => Promise<void>;
  readonly select: (leaseId: string | null) => void;
  readonly show: (filter: KeycardFilter) => void;
  readonly search: (words: string) => void;
  readonly renew: (leaseId: string) => Promise<Keycard>;
  readonly revoke: (leaseId: string) => Promise<Keycard>;
}

/** Every credential that is out there. */
export const useKeycards = create<Keycards>()((set, get) => ({
  list: LOADING,
  selected: null,
  filter: 'live',
  words: '',
  refresh: async () =>
    set({
      list: await reload(
        get().list,
        ask('keycards.list').then((reply) => reply.keycards),
      ),
    }),
  select: (selected) => set({ selected }),
  show: (filter) => set({ filter, selected: null }),
  search: (words) => set({ words }),
  renew: async (leaseId) => {
    const { keycard } = await ask('keycards.renew', { leaseId });
    await get().refresh();
    return keycard;
  },
  revoke: async (leaseId) => {
    const { keycard } = await ask('keycards.revoke', { leaseId });
    await get().refresh();
    return keycard;
  },
}));
