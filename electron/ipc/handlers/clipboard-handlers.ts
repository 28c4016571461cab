import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

/** What is held for a moment only: the clipboard, which can be cleared at once, and what was shown once. */
export function clipboardHandlers(desk: Desk): Pick<Handlers, 'clipboard.clear' | 'held.forget'> {
  return {
    'clipboard.clear': async () => {
      await desk.clearClipboard();
      return {};
    },
    'held.forget': ({ handle }) => {
      desk.held.forget(handle);
      return {};
    },
  };
}
