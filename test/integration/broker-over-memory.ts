import { randomBytes } from 'node:crypto';
import type { Broker } from '../../electron/broker/broker.ts';
import { startBroker } from '../../electron/broker/start-broker.ts';
import { createCore } from '../../electron/core/create-core.ts';
import type { Engine } from '../../electron/core/engine.ts';
import { initialise } from '../../electron/core/initialise.ts';
import type { CorePorts } from '../../electron/core/ports.ts';
import { stateSchema } from '../../electron/core/state-schema.ts';
import { kvEngine } from '../../electron/engines/kv/kv-engine.ts';
import { openMemoryVault } from '../../electron/vault/memory-vault.ts';
import type { LedgerRecord } from '../../electron/vault/vault.ts';

/** A whole Keywarden behind a real broker; only the disk is left out. */
export interface ServedVault {
  readonly broker: Broker;
  readonly address: string;
  readonly rootToken: string;
  /** What has become durable. */
  readonly records: readonly LedgerRecord[];
  close(): Promise<void>;
}

/** Makes a vault with KV 2 at `secret/`, puts core over it, and serves it on a free port. */
export async function serveMemoryVault(engines: readonly Engine[] = [kvEngine]): Promise<ServedVault> {
  const ports: CorePorts = {
    clock: {
      now: () => Date.now(),
      after(milliseconds, callback) {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    random: (length) => new Uint8Array(randomBytes(length)),
    log: () => {},
  };
  const vault = await openMemoryVault(stateSchema(engines), ports);
  const records: LedgerRecord[] = [];
  vault.watch((more) => records.push(...more));
  const { rootToken } = await initialise({ vault, ports, engines });
  let sealed = false;
  const core = createCore({
    vault,
    ports,
    engines,
    seal: () => {
      sealed = true;
    },
  });
  const broker = await startBroker({
    core: () => (sealed ? undefined : core),
    status: () => ({ initialized: true, vaultId: vault.id }),
    listen: { host: '127.0.0.1', port: 0 },
    ...ports,
  });
  return {
    broker,
    address: broker.address ?? '',
    rootToken,
    records,
    async close() {
      await broker.close();
      await core.stop();
      await vault.close();
    },
  };
}
