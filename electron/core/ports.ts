import type { RandomBytes, WallClock } from '../vault/ports.ts';

/** The one source of time. Injected everywhere, so that tests drive it. */
export interface Clock extends WallClock {
  /** Calls back once after `milliseconds` (at most 2^31-1). Returns how to cancel. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Milliseconds since some start; nobody can set them. */
  uptime?(): number;
  /** The same, with the time that the machine has slept. */
  elapsed?(): number;
  /**
   * What a wall clock that jumps forward cannot make later: two minutes past where it would be without the jump, until it is
   * believed again. What must not happen because somebody has set a clock asks this one. Absent: `now`.
   */
  believed?(): number;
}

/** A structured log line; never a secret. Redaction happens behind it as well. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** What core and engines need from outside. */
export interface CorePorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** The platform's keychain: a convenience beside other ways in, never the only one. */
export interface Keychain {
  /** False where the platform has none that keeps anything from anybody. */
  available(): boolean;
  /** Keeps the 32 bytes that open a vault. */
  keep(vaultId: string, secret: Uint8Array): Promise<void>;
  /** Whether it keeps some for this vault. */
  keeps(vaultId: string): Promise<boolean>;
  /** The bytes, which the caller zero-fills; undefined where they are not kept or cannot be opened here. */
  reveal(vaultId: string): Promise<Uint8Array | undefined>;
  forget(vaultId: string): Promise<void>;
}
