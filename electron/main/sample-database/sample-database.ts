import type { Ask, SampleDatabase } from '../../ipc/desk.ts';

/** The sample, with what the life of the vault asks of it. */
export interface ManagedSample {
  state(): ReturnType<SampleDatabase['state']>;
  start(ask: Ask): Promise<void>;
  stop(ask: Ask): Promise<void>;
  /** Removes what a crash has left behind, once a vault is open. */
  sweep(ask: Ask): Promise<void>;
  /** Stops it if it runs: the vault is about to close. */
  end(ask: Ask): Promise<void>;
}
