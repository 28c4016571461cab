import { clipboard } from 'electron';
import type { ClipboardDoor } from './timed-clipboard.ts';

/**
 * The system's clipboard, through the part of the interface that every Electron has: it answers at once in old
 * versions and with a promise in new ones, and `await` takes both. A mark that tells clipboard histories to skip the
 * value needs a second format in the same write, which no version before the newest can do.
 */
export const clipboardDoor: ClipboardDoor = {
  readText: async () => clipboard.readText(),
  writeText: async (text) => clipboard.writeText(text),
  clear: () => clipboard.clear(),
};
