/**
 * Assembles vault, core, engines and broker into the one thing that the desktop's main process and `kw serve` run.
 * Nothing else knows all of them.
 */
import { KeywardenError } from '../shared/errors/keywarden-error.ts';
import type { TlsIdentity } from './broker/broker.ts';
import type { Rates } from './broker/rate-limits.ts';
import { startBroker } from './broker/start-broker.ts';
import { createUnsealing } from './broker/unsealing.ts';
import { createCore } from './core/create-core.ts';
import type { Engine } from './core/engine.ts';
import { initialise } from './core/initialise.ts';
import type { CorePorts } from './core/ports.ts';
import { randomUuid } from './core/random-text.ts';
import type { Core } from './core/request.ts';
import { stateSchema } from './core/state-schema.ts';
import { steadyClock } from './core/steady-clock.ts';
import { type UnsealTries, unsealRecord } from './core/system/unseal-record.ts';
import type { Topic } from './core/watch-topics.ts';
import { encodeRecoveryKit, parseRecoveryKit } from './crypto/recovery-kit.ts';
import type { KeyTerms, MadeKeys } from './crypto/unseal-key.ts';
import { databaseEngine } from './engines/database/database-engine.ts';
import { httpEngine } from './engines/http/http-engine.ts';
import { kvEngine } from './engines/kv/kv-engine.ts';
import { kv1Engine } from './engines/kv/kv1-engine.ts';
import { pkiEngine } from './engines/pki/pki-engine.ts';
import { rabbitmqEngine } from './engines/rabbitmq/rabbitmq-engine.ts';
import { sshEngine } from './engines/ssh/ssh-engine.ts';
import { totpEngine } from './engines/totp/totp-engine.ts';
import { transitEngine } from './engines/transit/transit-engine.ts';
import { createVault } from './vault/create-vault.ts';
import { folderLayout } from './vault/folder-layout.ts';
import { readHeaderFile } from './vault/header-file.ts';
import { type KeptBackups, keepBackups } from './vault/keep-backups.ts';
import { openMemoryVault } from './vault/memory-vault.ts';
import { nodeFiles } from './vault/node-files.ts';
import { type OpenedVault, openVault } from './vault/open-vault.ts';
import type { Place } from './vault/place.ts';
import type { Quarantine } from './vault/quarantine.ts';
import type { Vault } from './vault/vault.ts';
import type { WayIn } from './vault/way-in.ts';
import type { WaysIn } from './vault/ways-in.ts';

const ENGINES: readonly Engine[] = [
  kvEngine,
  kv1Engine,
  databaseEngine,
  rabbitmqEngine,
  httpEngine,
  pkiEngine,
  sshEngine,
  transitEngine,
  totpEngine,
];
const SCHEMA = stateSchema(ENGINES);

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

/** What is told of a new vault once. */
export interface MadeVault {
  readonly vaultId: string;
  readonly rootToken: string;
  readonly recoveryKit: string;
}

/** How a vault is made. */
export interface NewVaultOptions extends VaultOptions {
  readonly passphrase: Uint8Array;
  readonly name?: string;
  /** Other ways into the vault than passphrase and kit: part of making it. */
  readonly arrange?: (ways: WaysIn, byKit: WayIn) => Promise<void>;
  /**
   * Hears what is told once, just before the vault stands: what was told of a vault that does not stand after all can be told
   * again, but a vault of which nobody heard would be lost.
   */
  readonly tell?: (made: MadeVault) => Promise<void>;
}

/**
 * Makes a vault with `secret/`, `database/` and `auth/approle/` mounted, whole or not at all. Its root token and its recovery
 * kit are told this once. Throws `vault-exists`.
 */
export async function createKeywardenVault(options: NewVaultOptions): Promise<MadeVault> {
  const { passphrase, ports } = options;
  const secret = ports.random(32);
  let made: MadeVault | undefined;
  try {
    await createVault({
      ...options,
      recoveryKit: secret,
      schema: SCHEMA,
      async begin(open) {
        const vault = await open({ passphrase });
        try {
          const { rootToken } = await initialise({ vault, ports, engines: ENGINES });
          made = { vaultId: vault.id, rootToken, recoveryKit: encodeRecoveryKit(secret) };
          await options.arrange?.(vault.ways, { secret: { kind: 'recovery-kit', bytes: secret } });
        } finally {
          await vault.close();
        }
        await options.tell?.(made);
      },
    });
    if (!made) throw new KeywardenError('internal');
    return made;
  } finally {
    secret.fill(0);
  }
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

/** A broker in front of one vault. */
export interface ServedKeywarden {
  readonly address: string | undefined;
  readonly socketPath: string | undefined;
  /** Stops serving, then closes the vault. */
  close(): Promise<void>;
}

/** What is served: an open vault, one in a folder that is opened through the broker, or both: sealed, it opens again. */
export interface ServeOptions {
  readonly keywarden?: Keywarden | undefined;
  readonly vault?: (VaultOptions & BackupOptions) | undefined;
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
  /** TCP over TLS alone. */
  readonly tls?: TlsIdentity | undefined;
  /** Host names besides the loopback's. SECURITY(B1) */
  readonly allowedHosts?: readonly string[] | undefined;
  readonly socketPath?: string | undefined;
  /** How often one identity, and strangers from one address, may ask. */
  readonly rates?: Rates | undefined;
  readonly ports: CorePorts;
}

/**
 * Serves a vault without a desktop. After `sys/seal` the vault is closed and every request is answered with 503, until
 * `sys/unseal` opens it again where its folder is known.
 */
export async function serveKeywarden(options: ServeOptions): Promise<ServedKeywarden> {
  const { ports, vault } = options;
  let open: Keywarden | undefined;
  let closing: Promise<void> = Promise.resolve();
  const take = (keywarden: Keywarden): void => {
    open = keywarden;
    keywarden.onKeysReplaced(async () => {
      terms = vault && (await keyTermsOf(vault.directory));
    });
    keywarden.onSealRequest(() => {
      open = undefined;
      closing = keywarden.close().catch(() => ports.log('error', 'vault-not-closed'));
    });
  };
  let terms = vault && (await keyTermsOf(vault.directory));
  if (options.keywarden) take(options.keywarden);
  const unsealing =
    vault &&
    createUnsealing({
      terms: () => terms,
      async create(wanted) {
        const made = await createVaultOfKeys(vault, wanted);
        terms = await keyTermsOf(vault.directory);
        return made;
      },
      async open(secret, tries) {
        await closing;
        const opened = await openKeywarden({ ...vault, secret }, tries);
        if (opened.quarantine && opened.quarantine.reason !== 'damaged') {
          await opened.close();
          throw new KeywardenError('vault-quarantined');
        }
        take(opened);
      },
    });
  const broker = await startBroker({
    ...options,
    core: () => open?.core,
    status: () => ({
      initialized: open !== undefined || terms !== undefined || vault === undefined,
      vaultId: open?.vaultId,
      ...(terms !== undefined && { keys: { ...terms, progress: unsealing?.progress ?? 0 } }),
    }),
    unsealing,
    clock: ports.clock,
    log: ports.log,
  });
  return {
    address: broker.address,
    socketPath: broker.socketPath,
    async close() {
      await broker.close();
      await closing;
      await open?.close();
    },
  };
}

/** How many keys open the vault in a folder; undefined where there is none. A vault without shares has one: its recovery kit. */
async function keyTermsOf(directory: string): Promise<KeyTerms | undefined> {
  const read = await readHeaderFile(nodeFiles, folderLayout(directory)).catch((error: unknown) => {
    if (error instanceof KeywardenError && error.code === 'vault-missing') return undefined;
    throw error;
  });
  if (read === undefined) return undefined;
  return termsOf(read.header.keyholders.flatMap((keyholder) => keyholder.ways));
}

function termsOf(
  ways: readonly { readonly kind: string; readonly threshold?: number; readonly total?: number }[],
): KeyTerms {
  const { threshold = 1, total = 1 } = ways.find((way) => way.kind === 'shares') ?? {};
  return { threshold, total };
}

/** Makes a vault whose only way in is its keys: the passphrase that it is made with is nobody's. */
async function createVaultOfKeys(
  options: VaultOptions,
  terms: KeyTerms,
): Promise<{ readonly rootToken: string; readonly keys: MadeKeys }> {
  const passphrase = Buffer.from(Buffer.from(options.ports.random(32)).toString('base64url'));
  let shares: readonly string[] = [];
  const { rootToken, recoveryKit } = await createKeywardenVault({
    ...options,
    passphrase,
    async arrange(ways, byKit) {
      if (terms.total > 1) shares = await ways.addShares(byKit, terms);
      const listed = await ways.list();
      // The one that proves us goes last.
      for (const kind of ['passphrase', ...(terms.total > 1 ? ['recovery-kit'] : [])]) {
        for (const way of listed) if (way.kind === kind) await ways.remove(byKit, way.id, 'not-needed');
      }
    },
  });
  passphrase.fill(0);
  if (terms.total === 1) return { rootToken, keys: { secret: parseRecoveryKit(recoveryKit) } };
  return { rootToken, keys: { shares } };
}
