import type { IpcInput, IpcOutput } from '../../shared/ipc/contract.ts';
import type { Preferences } from '../../shared/ipc/methods/app-methods.ts';
import type { Envelope } from '../../shared/model/envelope.ts';
import type { Operation } from '../../shared/model/operation.ts';
import type { HeldValues } from './held-values.ts';

/** Asks core as the signed-in member. Throws `sealed` or `locked` when nobody is signed in. */
export type Ask = (
  operation: Operation,
  path: string,
  data?: Readonly<Record<string, unknown>>,
) => Promise<Envelope | null>;

/** The embedded PostgreSQL that a curious person can start. */
export interface SampleDatabase {
  state(): IpcOutput<'databases.list'>['sample'];
  /** Starts the server, fills it, and writes its connection and role. */
  start(): Promise<void>;
  /** Ends its keycards, removes role and connection, stops the server, deletes its files. */
  stop(): Promise<void>;
}

/** Which alarms a person has looked at on this machine, by keys that hold no secret. */
export interface SeenAlarms {
  has(key: string): boolean;
  add(key: string): Promise<void>;
}

/** What the handlers may use of the desktop: the signed-in member's requests, and what belongs to this machine. */
export interface Desk {
  /** Milliseconds since 1970. */
  now(): number;
  status(): Promise<IpcOutput<'app.status'>>;
  preferences(): Preferences;
  setPreferences(preferences: Preferences): Promise<void>;
  suggestFolder(name: string): Promise<string>;
  chooseFolder(purpose: 'create' | 'open'): Promise<string | null>;
  create(input: IpcInput<'vault.create'>): Promise<void>;
  unlock(input: IpcInput<'vault.unlock'>): Promise<void>;
  chooseBackup(): Promise<string | null>;
  restore(input: IpcInput<'vault.restore'>): Promise<void>;
  confirm(): Promise<void>;
  /** The recovery kit that waits to be put away. Throws `not-found`. */
  revealRecoveryKit(): string;
  saveRecoveryKit(): Promise<string | null>;
  recoveryKitKept(input: IpcInput<'vault.recoveryKitKept'>): void;
  newRecoveryKit(passphrase: string): Promise<void>;
  setKeychain(input: IpcInput<'vault.setKeychain'>): Promise<void>;
  backups(): Promise<IpcOutput<'vault.backups'>>;
  backUp(): Promise<void>;
  forget(directory: string): Promise<void>;
  lock(): Promise<void>;
  seal(): Promise<void>;
  readonly ask: Ask;
  /** Copies in this process and clears after a while. @returns when, in milliseconds since 1970. SECURITY(S7) */
  copy(text: string): Promise<number>;
  clearClipboard(): Promise<void>;
  readonly held: HeldValues;
  readonly sample: SampleDatabase;
  readonly seenAlarms: SeenAlarms;
  /** Where the broker listens; null when it does not. */
  brokerAddress(): string | null;
}
