/** What the vault needs from outside: handed in, so that tests drive the clock and break the disk. */
export interface WallClock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** Cryptographically secure random bytes. */
export type RandomBytes = (length: number) => Uint8Array;
