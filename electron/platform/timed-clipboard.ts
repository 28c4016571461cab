import type { Clock } from '../core/ports.ts';

/** What is needed of the system's clipboard. */
export interface ClipboardDoor {
  readText(): Promise<string>;
  writeText(text: string): Promise<void>;
  clear(): void;
}

/** A clipboard that forgets. SECURITY(S7) */
export interface TimedClipboard {
  /** @returns when it will be cleared, in milliseconds since 1970. */
  copy(text: string, seconds: number): Promise<number>;
  /** Clears now, if what is there is still ours. */
  clear(): Promise<void>;
  clearsAt(): number | null;
}

/** Clears what was copied after its time, unless the person has copied something else since. */
export function createTimedClipboard(
  door: ClipboardDoor,
  clock: Clock,
  changed: (clearsAt: number | null) => void,
): TimedClipboard {
  let ours: { readonly text: string; readonly clearsAt: number; readonly cancel: () => void } | undefined;
  const clear = async (): Promise<void> => {
    const mine = ours;
    if (!mine) return;
    mine.cancel();
    ours = undefined;
    changed(null);
    if ((await door.readText()) === mine.text) door.clear();
  };
  return {
    async copy(text, seconds) {
      ours?.cancel();
      const clearsAt = clock.now() + seconds * 1000;
      ours = { text, clearsAt, cancel: clock.after(seconds * 1000, () => void clear()) };
      await door.writeText(text);
      changed(clearsAt);
      return clearsAt;
    },
    clear,
    clearsAt: () => ours?.clearsAt ?? null,
  };
}
