import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

/** The clipboard: what was copied can be taken back at once. */
export function clipboardHandlers(desk: Desk): Pick<Handlers, 'clipboard.clear'> {
  return {
    'clipboard.clear': async () => {
      await desk.clearClipboard();
      return {};
    },
  };
}
