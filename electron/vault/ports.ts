import type { VaultLimits } from './vault-limits.ts';

/** What the vault needs from outside: handed in, so that tests drive the clock and break the disk. */
export interface WallClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * The wall clock itself, where it has gone along with the time that really passes for an hour; undefined where somebody has set it
   * meanwhile, or nobody can know yet. What is removed because of its age is removed by this alone. Absent: `now`.
   */
  trusted?(): number | undefined;
}

/** Cryptographically secure random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** What making and opening a vault on disk need. Without `files`, the real disk. */
export interface VaultPorts {
  readonly clock: WallClock;
  readonly random: RandomBytes;
  readonly files?: VaultFiles;
  /** Where they differ from the defaults. */
  readonly limits?: Partial<VaultLimits>;
}

/**
 * The disk. Failures are the operating system's errors with their `code` (`ENOENT`, `EEXIST`, `ENOSPC`, …);
 * nothing is retried behind it.
 */
export interface VaultFiles {
  /** Makes a folder that only its owner may enter, parents included; no error where it exists. */
  makeFolder(path: string): Promise<void>;
  /** The names in a folder, in no order. */
  list(folder: string): Promise<readonly string[]>;
  /** The path without symbolic links: what locks are named by. */
  realPath(path: string): Promise<string>;
  read(path: string): Promise<Uint8Array>;
  /** Cheap identity and size, to notice that a file was replaced. */
  stat(path: string): Promise<{ readonly identity: string; readonly size: number }>;
  /** `new`: must not exist, readable by its owner alone. `existing`: to read and to write on. */
  open(path: string, how: 'new' | 'existing' | 'reading'): Promise<VaultFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes renames in a folder durable, where the platform can. */
  syncFolder(path: string): Promise<void>;
}

/** One open file. */
export interface VaultFile {
  /** Writes all bytes at a position, with one call where the operating system takes them at once. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Reads up to `length` bytes at a position; fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** fdatasync. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}
