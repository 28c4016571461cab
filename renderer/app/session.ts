import { create } from 'zustand';
import type { AppStatus, Preferences } from '../../shared/ipc/methods/app-methods.ts';
import { ask } from '../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../ui/loadable.ts';

interface Session {
  readonly status: Loadable<AppStatus>;
  readonly preferences: Preferences | null;
  readonly clipboardClearsAt: number | null;
  readonly refresh: () => Promise<void>;
  /** Takes over a status that came as an answer. */
  readonly accept: (status: AppStatus) => void;
  readonly setClipboard: (clearsAt: number | null) => void;
  readonly loadPreferences: () => Promise<void>;
  readonly savePreferences: (preferences: Preferences) => Promise<void>;
}

/** The phase of the vault, the broker, and what the person prefers. */
export const useSession = create<Session>()((set, get) => ({
  status: LOADING,
  preferences: null,
  clipboardClearsAt: null,
  refresh: async () => {
    const status = await reload(get().status, ask('app.status'));
    set({ status, ...(status.kind === 'ready' && { clipboardClearsAt: status.value.clipboardClearsAt }) });
  },
  accept: (value) =>
    set({ status: { kind: 'ready', value, stale: null }, clipboardClearsAt: value.clipboardClearsAt }),
  setClipboard: (clipboardClearsAt) => set({ clipboardClearsAt }),
  loadPreferences: async () => set({ preferences: await ask('app.preferences') }),
  savePreferences: async (preferences) => set({ preferences: await ask('app.setPreferences', preferences) }),
}));

/** The status once it is known; screens behind the front door can rely on it. */
export function useStatus(): AppStatus | null {
  return useSession((session) => (session.status.kind === 'ready' ? session.status.value : null));
}
