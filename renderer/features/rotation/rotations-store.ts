import { create } from 'zustand';
import type { IpcInput, IpcOutput } from '../../../shared/ipc/contract.ts';
import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { ask } from '../../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../../ui/loadable.ts';

type Outcome = IpcOutput<'rotations.rotate'>;

interface Rotations {
  readonly list: Loadable<readonly Rotation[]>;
  readonly selected: string | null;
  readonly words: string;
  readonly refresh: () => Promise<void>;
  readonly select: (id: string | null) => void;
  readonly search: (words: string) => void;
  readonly rotate: (id: string) => Promise<Outcome>;
  readonly pause: (id: string, paused: boolean) => Promise<void>;
  readonly bring: (id: string, value: string) => Promise<Outcome>;
  readonly write: (input: IpcInput<'rotations.write'>) => Promise<Rotation>;
  readonly remove: (path: string) => Promise<void>;
}

/** Everything that gets a new value now and then. */
export const useRotations = create<Rotations>()((set, get) => {
  const then = async <T>(done: Promise<T>): Promise<T> => {
    try {
      return await done;
    } finally {
      await get().refresh();
    }
  };
  return {
    list: LOADING,
    selected: null,
    words: '',
    refresh: async () =>
      set({
        list: await reload(
          get().list,
          ask('rotations.list').then((reply) => reply.rotations),
        ),
      }),
    select: (selected) => set({ selected }),
    search: (words) => set({ words }),
    rotate: (id) => then(ask('rotations.rotate', { id })),
    pause: async (id, paused) => {
      await then(ask('rotations.pause', { id, paused }));
    },
    bring: (id, value) => then(ask('rotations.bring', { id, value })),
    write: async (input) => (await then(ask('rotations.write', input))).rotation,
    remove: async (path) => {
      await then(ask('rotations.remove', { path }));
    },
  };
});
