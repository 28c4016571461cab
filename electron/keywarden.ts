/**
 * Assembles vault, core, engines and broker into the one thing that the desktop's main process and `kw serve` run.
 * Nothing else knows all of them.
 */
import { startBroker } from './broker/start-broker.ts';
import { createCore } from './core/create-core.ts';
import type { Engine } from './core/engine.ts';
import { initialise } from './core/initialise.ts';
import type { CorePorts } from './core/ports.ts';
import type { Core } from './core/request.ts';
import { stateSchema } from './core/state-schema.ts';
import { steadyClock } from './core/steady-clock.ts';
import type { Topic } from './core/watch-topics.ts';
import { databaseEngine } from './engines/database/database-engine.ts';
import { kvEngine } from './engines/kv/kv-engine.ts';
import { createVault } from './vault/create-vault.ts';
import { openMemoryVault } from './vault/memory-vault.ts';
import { openVault } from './vault/open-vault.ts';
import type { Vault } from './vault/vault.ts';

const ENGINES: readonly Engine[] = [kvEngine, databaseEngine];
const SCHEMA = stateSchema(ENGINES);

/** An open vault with everything on top of it, without a door. */
export interface Keywarden {
  readonly vaultId: string;
  readonly core: Core;
  /**
   * A session token for the signed-in owner (policy `owner`: everything but root), recorded.
   * Revoking it ends its children too: so do lock, seal and quit end what `kw login` handed out.
   */
  openSession(kind: 'desktop'): Promise<string>;
  /** Calls back with the topics that committed changes touched. Returns how to stop. */
  watch(listener: (topics: ReadonlySet<Topic>) => void): () => void;
  /** Calls back once when somebody has asked, by `sys/seal`, to seal: whoever opened it then closes it. */
  onSealRequest(listener: () => void): void;
  /** Stops the clockwork and effects, writes a snapshot, zero-fills all keys. */
  close(): Promise<void>;
}

/** What making and opening a vault need. */
export interface VaultOptions {
  readonly directory: string;
  /** UTF-8 of the passphrase; the caller zero-fills it. */
  readonly passphrase: Uint8Array;
  readonly ports: CorePorts;
}

/**
 * Makes a vault with `secret/`, `database/` and `auth/approle/` mounted. Its root token is told this once.
 * Throws `vault-exists`.
 */
export async function createKeywardenVault(
  options: VaultOptions & { readonly name?: string },
): Promise<{ readonly vaultId: string; readonly rootToken: string }> {
  const { id } = await createVault({ ...options, schema: SCHEMA });
  const vault = await openVault({ ...options, schema: SCHEMA });
  try {
    const { rootToken } = await initialise({ vault, ports: options.ports, engines: ENGINES });
    return { vaultId: id, rootToken };
  } finally {
    await vault.close();
  }
}

/**
 * Opens a vault and settles what is overdue. Throws `unlock-failed`, `vault-missing`, `vault-newer`, `vault-damaged`,
 * `vault-in-use`.
 */
export async function openKeywarden(options: VaultOptions): Promise<Keywarden> {
  const clock = steadyClock(options.ports.clock);
  const ports = { ...options.ports, clock };
  const vault = await openVault({ ...options, ports, schema: SCHEMA });
  clock.notBefore(await vault.turn(({ now }) => now));
  return assemble(vault, ports);
}

/** A vault in memory that is gone when the process ends, as `vault server -dev`. */
export async function openDevKeywarden(options: {
  readonly ports: CorePorts;
  readonly rootToken?: string;
}): Promise<Keywarden & { readonly rootToken: string }> {
  const ports = { ...options.ports, clock: steadyClock(options.ports.clock) };
  const vault = await openMemoryVault(SCHEMA, ports);
  const { rootToken } = await initialise({ ...options, ports, vault, engines: ENGINES });
  return { ...(await assemble(vault, ports)), rootToken };
}

async function assemble(vault: Vault, ports: CorePorts): Promise<Keywarden> {
  let sealRequested = () => {};
  const core = createCore({ vault, ports, engines: ENGINES, seal: () => sealRequested() });
  let closing: Promise<void> | undefined;
  const keywarden: Keywarden = {
    vaultId: vault.id,
    core,
    openSession: (kind) => core.openSession(kind),
    watch: (listener) => core.watchTopics(listener),
    onSealRequest(listener) {
      sealRequested = listener;
    },
    close() {
      closing ??= core.stop().then(() => vault.close());
      return closing;
    },
  };
  try {
    await core.start();
    return keywarden;
  } catch (error) {
    await keywarden.close();
    throw error;
  }
}

/** A broker in front of one vault. */
export interface ServedKeywarden {
  readonly address: string | undefined;
  readonly socketPath: string | undefined;
  /** Stops serving, then closes the vault. */
  close(): Promise<void>;
}

/** Serves a vault without a desktop. After `sys/seal` the vault is closed and every request is answered with 503. */
export async function serveKeywarden(options: {
  readonly keywarden: Keywarden;
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
  readonly socketPath?: string | undefined;
  readonly ports: CorePorts;
}): Promise<ServedKeywarden> {
  const { keywarden, ports } = options;
  let sealed = false;
  keywarden.onSealRequest(() => {
    sealed = true;
    keywarden.close().catch(() => ports.log('error', 'vault-not-closed'));
  });
  const broker = await startBroker({
    ...options,
    core: () => (sealed ? undefined : keywarden.core),
    status: () => ({ initialized: true, vaultId: keywarden.vaultId }),
    clock: ports.clock,
    log: ports.log,
  });
  return {
    address: broker.address,
    socketPath: broker.socketPath,
    async close() {
      await broker.close();
      await keywarden.close();
    },
  };
}
