import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { startBroker } from '../../electron/broker/start-broker.ts';
import { createCore } from '../../electron/core/create-core.ts';
import { initialise } from '../../electron/core/initialise.ts';
import type { CorePorts } from '../../electron/core/ports.ts';
import { stateSchema } from '../../electron/core/state-schema.ts';
import { kvEngine } from '../../electron/engines/kv/kv-engine.ts';
import { openMemoryVault } from '../../electron/vault/memory-vault.ts';

/** A real broker over a real core, whose state and ledger can be looked at. */
export interface FuzzedBroker {
  readonly rootToken: string;
  readonly address: string;
  /** What was logged as a failure of ours. */
  readonly failures: string[];
  /** Sends bytes on a connection of their own, and gives all that comes back until it ends. */
  send(bytes: Buffer): Promise<string>;
  /** A digest of all rows of the state, but for when tokens were used. */
  stateDigest(): Promise<string>;
  records(): number;
  close(): Promise<void>;
}

/** Opens one with KV 2 at `secret/`, without limits on how often it may be asked. */
export async function openFuzzedBroker(): Promise<FuzzedBroker> {
  const failures: string[] = [];
  const ports: CorePorts = {
    clock: {
      now: () => Date.now(),
      after(milliseconds, callback) {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    random: (length) => new Uint8Array(randomBytes(length)),
    log: (level, event, fields) => {
      if (level === 'error') failures.push(`${event} ${JSON.stringify(fields)}`);
    },
  };
  const engines = [kvEngine];
  const vault = await openMemoryVault(stateSchema(engines), ports);
  const { rootToken } = await initialise({ vault, ports, engines });
  const core = createCore({ vault, ports, engines, seal: () => undefined });
  const broker = await startBroker({
    core: () => core,
    status: () => ({ initialized: true, vaultId: vault.id }),
    listen: { host: '127.0.0.1', port: 0 },
    rates: { identity: 0, stranger: 0 },
    ...ports,
  });
  const address = broker.address ?? '';
  const port = Number(new URL(address).port);
  return {
    rootToken,
    address,
    failures,
    send: (bytes) =>
      new Promise((resolve) => {
        let heard = '';
        const socket = connect({ host: '127.0.0.1', port }, () => socket.end(bytes));
        socket.setEncoding('latin1');
        socket.on('data', (text: string) => {
          heard += text;
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(heard));
      }),
    stateDigest: () =>
      vault.turn(({ db }) => {
        const tables = db.all<{ name: string }>(
          "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        );
        const digest = createHash('sha256');
        for (const { name } of tables) {
          for (const row of db.all<Record<string, unknown>>(`SELECT * FROM ${name}`)) {
            delete row['last_used_at'];
            digest.update(`${name} ${JSON.stringify(row)}\n`);
          }
        }
        return digest.digest('hex');
      }),
    records: () => vault.head().sequence,
    async close() {
      await broker.close();
      await core.stop();
      await vault.close();
    },
  };
}
