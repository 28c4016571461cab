import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { CorePorts } from '../core/ports.ts';

const LIFETIME_MS = 5 * 60_000;

/** What the main process holds for a moment, so that it need not reach the window: named texts, some of them secret. */
export type HeldTexts = Readonly<Record<string, string>>;

/** Keeps what is shown once, under a random handle, for five minutes or until the desktop locks. */
export interface HeldValues {
  /** @returns the handle: 32 hex digits. */
  hold(kind: string, texts: HeldTexts): string;
  /** Throws `not-found` when it is unknown, of another kind, or too old. */
  reveal(kind: string, handle: string): HeldTexts;
  /** Zero-fills and forgets one; nothing to do when it is unknown. */
  forget(handle: string): void;
  /** Zero-fills and forgets all. */
  forgetAll(): void;
}

interface Entry {
  readonly kind: string;
  readonly bytes: ReadonlyMap<string, Uint8Array>;
  readonly cancel: () => void;
}

/** Makes an empty store. Texts are kept as bytes, because bytes can be zero-filled. */
export function createHeldValues(ports: Pick<CorePorts, 'clock' | 'random'>): HeldValues {
  const entries = new Map<string, Entry>();
  const forget = (handle: string): void => {
    const entry = entries.get(handle);
    if (!entry) return;
    entry.cancel();
    for (const bytes of entry.bytes.values()) bytes.fill(0);
    entries.delete(handle);
  };
  return {
    hold(kind, texts) {
      const handle = Buffer.from(ports.random(16)).toString('hex');
      const bytes = new Map(
        Object.entries(texts).map(([name, text]) => [name, new TextEncoder().encode(text)]),
      );
      entries.set(handle, { kind, bytes, cancel: ports.clock.after(LIFETIME_MS, () => forget(handle)) });
      return handle;
    },
    reveal(kind, handle) {
      const entry = entries.get(handle);
      if (entry?.kind !== kind) throw new KeywardenError('not-found', 'It was shown once, and is gone now.');
      const decoder = new TextDecoder();
      return Object.fromEntries([...entry.bytes].map(([name, bytes]) => [name, decoder.decode(bytes)]));
    },
    forget,
    forgetAll() {
      for (const handle of [...entries.keys()]) forget(handle);
    },
  };
}
