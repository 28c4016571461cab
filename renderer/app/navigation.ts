import { create } from 'zustand';

/** The screens that the rail leads to. */
export type ScreenName = 'secrets' | 'apps' | 'keycards' | 'databases' | 'rotation';

/** What one press of a button may stop: an app, a door for everybody, or everything. */
export interface StopScope {
  readonly scope: 'app' | 'prefix' | 'everything';
  /** The app's name or the door's path. */
  readonly name: string;
}

/** The dialogs that any screen may open over itself. */
export type Dialog =
  | { readonly kind: 'find' }
  | { readonly kind: 'settings' }
  | { readonly kind: 'seal' }
  | { readonly kind: 'new-secret' }
  | { readonly kind: 'import-env'; readonly fileName: string | null }
  | { readonly kind: 'issue'; readonly role: string }
  | { readonly kind: 'connect' }
  | { readonly kind: 'stop'; readonly what: StopScope }
  | { readonly kind: 'new-app' }
  | { readonly kind: 'hand-over'; readonly app: string };

interface Navigation {
  readonly screen: ScreenName;
  readonly dialog: Dialog | null;
  readonly go: (screen: ScreenName) => void;
  readonly open: (dialog: Dialog) => void;
  readonly close: () => void;
}

/** Where the person is: the window has no addresses, so this is its router. */
export const useNavigation = create<Navigation>()((set) => ({
  screen: 'secrets',
  dialog: null,
  go: (screen) => set({ screen }),
  open: (dialog) => set({ dialog }),
  close: () => set({ dialog: null }),
}));
