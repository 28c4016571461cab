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

/**
 * Clears what was copied after its time, unless the person has copied something else since. One thing at a time: the
 * system answers late, and a value that is still on its way to the clipboard must not slip past the lock that clears it.
 */
export function createTimedClipboard(
  door: ClipboardDoor,
  clock: Clock,
  changed: (clearsAt: number | null) => void,
): TimedClipboard {
  let ours: { readonly text: string; readonly clearsAt: number; readonly cancel: () => void } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  const clear = (): Promise<void> =>
    inTurn(async () => {
      const mine = ours;
      if (!mine) return;
      mine.cancel();
      ours = undefined;
      changed(null);
      if ((await door.readText()) === mine.text) door.clear();
    });
  return {
    copy: (text, seconds) =>
      inTurn(async () => {
        ours?.cancel();
        const clearsAt = clock.now() + seconds * 1000;
        const cancel = clock.after(seconds * 1000, () => void clear().catch(() => undefined));
        ours = { text, clearsAt, cancel };
        await door.writeText(text);
        changed(clearsAt);
        return clearsAt;
      }),
    clear,
    clearsAt: () => ours?.clearsAt ?? null,
  };
}
