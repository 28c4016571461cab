import { KeywardenError } from '../shared/errors/keywarden-error.ts';
import type { TlsIdentity } from './broker/broker.ts';
import type { Rates } from './broker/rate-limits.ts';
import { startBroker } from './broker/start-broker.ts';
import { createUnsealing } from './broker/unsealing.ts';
import type { CorePorts } from './core/ports.ts';
import { createVaultOfKeys } from './create-keywarden-vault.ts';
import { keyTermsOf } from './key-terms.ts';
import { type BackupOptions, type Keywarden, openKeywarden, type VaultOptions } from './keywarden.ts';

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
