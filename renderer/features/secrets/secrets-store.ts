import { create } from 'zustand';
import type { IpcInput, IpcOutput } from '../../../shared/ipc/contract.ts';
import { ask } from '../../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../../ui/loadable.ts';
import { crawlFolders, type SecretFolders } from './crawl-folders.ts';

/** A secret as the window may know it: names and versions, no value. */
export type SecretView = IpcOutput<'secrets.show'>;

interface Secrets {
  readonly folders: Loadable<SecretFolders>;
  readonly unfolded: ReadonlySet<string>;
  /** The key of the selected line: `folder:…` or `secret:…`. */
  readonly selected: string | null;
  readonly words: string;
  /** The secret beside the list. */
  readonly path: string | null;
  readonly version: number | undefined;
  readonly detail: Loadable<SecretView>;
  readonly refresh: () => Promise<void>;
  readonly search: (words: string) => void;
  readonly fold: (folder: string, open: boolean) => void;
  readonly selectFolder: (folder: string) => void;
  readonly show: (path: string, version?: number) => Promise<void>;
  readonly write: (input: IpcInput<'secrets.write'>) => Promise<number>;
  readonly remove: (path: string) => Promise<number>;
  readonly restore: (path: string, version: number) => Promise<void>;
}

/** The tree of secrets and the one that is looked at. */
export const useSecrets = create<Secrets>()((set, get) => ({
  folders: LOADING,
  unfolded: new Set(),
  selected: null,
  words: '',
  path: null,
  version: undefined,
  detail: LOADING,
  refresh: async () => {
    const { path, version } = get();
    const [folders] = await Promise.all([
      reload(get().folders, crawlFolders()),
      path === null ? undefined : get().show(path, version),
    ]);
    set({ folders });
  },
  search: (words) => set({ words }),
  fold: (folder, open) => {
    const unfolded = new Set(get().unfolded);
    if (open) unfolded.add(folder);
    else unfolded.delete(folder);
    set({ unfolded });
  },
  selectFolder: (folder) => set({ selected: `folder:${folder}`, path: null, version: undefined }),
  show: async (path, version) => {
    const same = get().path === path && get().version === version;
    const before = same ? get().detail : LOADING;
    set({
      path,
      version,
      selected: `secret:${path}`,
      detail: before,
      unfolded: withAbove(get().unfolded, path),
    });
    const asked = ask('secrets.show', { path, ...(version !== undefined && { version }) });
    const detail = await reload(before, asked);
    if (get().path !== path || get().version !== version) return;
    // Removed elsewhere while it was looked at: there is nothing to look at any more.
    const isGone = detail.kind === 'ready' && detail.stale?.code === 'not-found';
    set(isGone ? { path: null, version: undefined, selected: null, detail: LOADING } : { detail });
  },
  write: async (input) => {
    const { version } = await ask('secrets.write', input);
    set({ version: undefined, path: input.path, detail: LOADING, selected: `secret:${input.path}` });
    set({ unfolded: withAbove(get().unfolded, input.path) });
    await get().refresh();
    return version;
  },
  remove: async (path) => {
    const { version } = await ask('secrets.delete', { path });
    await get().refresh();
    return version;
  },
  restore: async (path, version) => {
    await ask('secrets.undelete', { path, version });
    await get().refresh();
  },
}));

/** A secret that is shown stands in an unfolded tree. */
function withAbove(unfolded: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const names = path.split('/').slice(0, -1);
  const above = names.map((_, index) => names.slice(0, index + 1).join('/'));
  return above.every((folder) => unfolded.has(folder)) ? unfolded : new Set([...unfolded, ...above]);
}
