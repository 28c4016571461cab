/**
 * Assembles vault, core and engines into the one thing that the desktop's main process and `kw serve` run. Nothing but the
 * files beside this one knows all of them.
 */
import { KeywardenError } from '../shared/errors/keywarden-error.ts';
import { createCore } from './core/create-core.ts';
import { initialise } from './core/initialise.ts';
import type { CorePorts } from './core/ports.ts';
import { randomUuid } from './core/random-text.ts';
import type { Core } from './core/request.ts';
import { steadyClock } from './core/steady-clock.ts';
import { type UnsealTries, unsealRecord } from './core/system/unseal-record.ts';
import type { Topic } from './core/watch-topics.ts';
import { termsOf } from './key-terms.ts';
import { ENGINES, SCHEMA } from './keywarden-engines.ts';
import { type KeptBackups, keepBackups } from './vault/keep-backups.ts';
import { openMemoryVault } from './vault/memory-vault.ts';
import { type OpenedVault, openVault } from './vault/open-vault.ts';
import type { Place } from './vault/place.ts';
import type { Quarantine } from './vault/quarantine.ts';
import type { Vault } from './vault/vault.ts';
import type { WayIn } from './vault/way-in.ts';
import type { WaysIn } from './vault/ways-in.ts';

/** An open vault with everything on top of it, without a door. */
export interface Keywarden {
  readonly vaultId: string;
  /** For people; undefined where nobody named the vault. */
  readonly vaultName: string | undefined;
  readonly core: Core;
  /**
   * There where a person must confirm the vault first. Until then it can be looked at in the desktop and nothing else:
   * no clockwork runs, nothing is issued, nothing reaches the folder.
   */
  readonly quarantine: Quarantine | undefined;
  /** A person has looked at the quarantine: opens the vault for good, in the place of this one, which is closed. */
  confirm(): Promise<Keywarden>;
  /** How the vault can be opened; undefined for one in memory. */
  readonly ways: WaysIn | undefined;
  /** The backups that make themselves; undefined where none are kept. */
  readonly backups: KeptBackups | undefined;
  /**
   * A session token for the signed-in owner (policy `owner`: everything but root), recorded.
   * Revoking it ends its children too: so do lock, seal and quit end what `kw login` handed out.
   */
  openSession(kind: 'desktop'): Promise<string>;
  /** Calls back with the topics that committed changes touched. Returns how to stop. */
  watch(listener: (topics: ReadonlySet<Topic>) => void): () => void;
  /** Calls back once when somebody has asked, by `sys/seal`, to seal: whoever opened it then closes it. */
  onSealRequest(listener: () => void): void;
  /** Calls back when `sys/rekey` has put new keys in the place of the old ones. */
  onKeysReplaced(listener: () => Promise<void>): void;
  /** Stops the clockwork and effects, writes a snapshot, zero-fills all keys. */
  close(): Promise<void>;
}

/** Where a vault lies and what it runs on. */
export interface VaultOptions {
  readonly directory: string;
  readonly ports: CorePorts;
  /** Which machine this is, and where it remembers how far its vaults have come. */
  readonly place?: Place | undefined;
  /** A damaged vault is opened as far as it can be read, quarantined, instead of being refused. */
  readonly readDamaged?: boolean | undefined;
}

/** Where the vault's own backups are kept, one a day; without it none are made. */
export interface BackupOptions {
  readonly backups?: string | undefined;
}

/**
 * Opens a vault with one of its ways in and settles what is overdue, unless it comes quarantined. Throws `unlock-failed`, `vault-missing`, `vault-newer`, `vault-damaged`,
 * `vault-in-use`. `tries`: what was tried before with the keys that now open it, for the record.
 */
export async function openKeywarden(
  options: VaultOptions & BackupOptions & WayIn,
  tries?: UnsealTries,
): Promise<Keywarden> {
  const clock = steadyClock(options.ports.clock);
  const ports = { ...options.ports, clock };
  const told = (error: unknown) =>
    ports.log(error ? 'error' : 'info', error ? 'backup.failed' : 'backup.made');
  const over = async (vault: OpenedVault): Promise<Keywarden> => {
    clock.notBefore(await vault.turn(({ now }) => now));
    const { backups: folder } = options;
    const kept = folder !== undefined && !vault.quarantine && keepBackups({ vault, folder, clock, told });
    return assemble(vault, ports, async () => over(await vault.confirm()), kept || undefined);
  };
  const vault = await openVault({ ...options, ports, schema: SCHEMA });
  const keywarden = await over(vault);
  if (tries && !vault.quarantine) {
    const record = unsealRecord(tries, randomUuid(ports.random));
    await vault.turn((turn) => turn.record(record)).catch(() => ports.log('warn', 'unsealing-not-recorded'));
  }
  return keywarden;
}

/**
 * Opens a vault for a change of its ways in alone: nothing runs on top of it. Throws `vault-quarantined` where a person
 * must confirm it first. @returns the vault's id.
 */
export async function changeWaysIn(
  options: VaultOptions & WayIn,
  change: (ways: WaysIn) => Promise<unknown>,
): Promise<string> {
  const vault = await openVault({ ...options, schema: SCHEMA });
  try {
    if (vault.quarantine) throw new KeywardenError('vault-quarantined');
    await change(vault.ways);
    return vault.id;
  } finally {
    await vault.close();
  }
}

/** A vault in memory that is gone when the process ends, as `vault server -dev`. */
export async function openDevKeywarden(options: {
  readonly ports: CorePorts;
  readonly rootToken?: string;
  readonly kvVersion?: 1 | 2;
}): Promise<Keywarden & { readonly rootToken: string }> {
  const ports = { ...options.ports, clock: steadyClock(options.ports.clock) };
  const vault = await openMemoryVault(SCHEMA, ports);
  const { rootToken } = await initialise({ ...options, ports, vault, engines: ENGINES });
  return { ...(await assemble(vault, ports, undefined, undefined)), rootToken };
}

async function assemble(
  vault: Vault & Partial<Pick<OpenedVault, 'name' | 'ways'>>,
  ports: CorePorts,
  confirmed: (() => Promise<Keywarden>) | undefined,
  backups: KeptBackups | undefined,
): Promise<Keywarden> {
  const { name: vaultName, ways } = vault;
  let sealRequested = () => {};
  let keysReplaced = async () => {};
  const core = createCore({
    vault,
    ports,
    engines: ENGINES,
    seal: () => sealRequested(),
    rotateKeys: ways && ((passphrase) => ways.rekey({ passphrase })),
    keys: ways && {
      terms: async () => termsOf(await ways.list()),
      prove: (secret) => ways.prove({ secret }),
      async replace(secret, keys) {
        await ways.replaceKeys({ secret }, keys);
        // They are in place: whoever waits for them must be told, whatever becomes of the seal's status.
        await keysReplaced().catch(() => ports.log('warn', 'key-terms-not-read'));
      },
    },
  });
  let closing: Promise<void> | undefined;
  const keywarden: Keywarden = {
    vaultId: vault.id,
    vaultName,
    core,
    quarantine: vault.quarantine,
    ways,
    backups,
    async confirm() {
      if (!vault.quarantine || !confirmed) return keywarden;
      const { damage } = vault.quarantine;
      if (damage !== undefined) throw new KeywardenError('vault-damaged', damage);
      await core.stop();
      return confirmed();
    },
    openSession: (kind) => core.openSession(kind),
    watch: (listener) => core.watchTopics(listener),
    onSealRequest(listener) {
      sealRequested = listener;
    },
    onKeysReplaced(listener) {
      keysReplaced = listener;
    },
    close() {
      closing ??= Promise.all([core.stop(), backups?.stop()]).then(() => vault.close());
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
