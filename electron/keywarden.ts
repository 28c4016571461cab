/**
 * Assembles vault, core, engines and broker into the one thing that the desktop's main process and `kw serve` run.
 * (Interface first; the assembly follows.)
 */
import type { CorePorts } from './core/ports.ts';
import type { Core } from './core/request.ts';

/** An open vault with everything on top of it, without a door. */
export interface Keywarden {
  readonly vaultId: string;
  readonly core: Core;
  /**
   * A session token for the signed-in owner (policy `owner`: everything but root), recorded.
   * Revoking it ends its children too: that is how lock, seal and quit end what `kw login` handed out.
   */
  openSession(kind: 'desktop'): Promise<string>;
  /** Calls back with the topics that committed changes touched (`leases`, `secrets`, `apps`, `databases`, `logins`). */
  watch(listener: (topics: ReadonlySet<string>) => void): () => void;
  /** Stops the scheduler, ends effects, writes a snapshot, zero-fills all keys. */
  close(): Promise<void>;
}

/** What making and opening a vault need. */
export interface VaultOptions {
  readonly directory: string;
  readonly passphrase: Uint8Array;
  readonly ports: CorePorts;
}
