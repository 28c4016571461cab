import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createCore, type RunningCore } from '../../../electron/core/create-core.ts';
import type { Engine } from '../../../electron/core/engine.ts';
import { initialise } from '../../../electron/core/initialise.ts';
import type { CorePorts } from '../../../electron/core/ports.ts';
import { stateSchema } from '../../../electron/core/state-schema.ts';
import { databaseEngine } from '../../../electron/engines/database/database-engine.ts';
import { kvEngine } from '../../../electron/engines/kv/kv-engine.ts';
import { pkiEngine } from '../../../electron/engines/pki/pki-engine.ts';
import { createVault } from '../../../electron/vault/create-vault.ts';
import { folderLayout } from '../../../electron/vault/folder-layout.ts';
import { type OpenedVault, openVault } from '../../../electron/vault/open-vault.ts';
import type { Turn, Vault } from '../../../electron/vault/vault.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { AuthEnvelope } from '../../../shared/model/envelope.ts';
import type { Operation } from '../../../shared/model/operation.ts';
import { PASSPHRASE, QUICK_KDF } from '../../unit/vault/quick-kdf.ts';

/** Where a process dies: at its nth record of a rotation, with that record lost or durable. */
export interface Death {
  readonly record: number;
  readonly when: 'before' | 'after';
}

/** A vault in a folder whose process can die at any step of a rotation, and be followed by another one. */
export interface KillableVault {
  ask(operation: Operation, path: string, data?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** The same with the `auth` of the answer, as anybody. */
  answer(
    operation: Operation,
    path: string,
    data?: Record<string, unknown>,
    token?: string,
  ): Promise<{ readonly data: Record<string, unknown>; readonly auth: AuthEnvelope | null }>;
  /** The next process dies there. */
  dieAt(death: Death): void;
  /** Resolves when it has died. */
  died(): Promise<void>;
  /** Another process opens what the dead one left on the disk. */
  reopen(): Promise<void>;
  /** How many records of rotations this process has written. */
  records(): number;
  /** Asks until something holds. */
  until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T>;
  /** The rotations, when none is under way any more. */
  settled(): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

const ENGINES: readonly Engine[] = [kvEngine, databaseEngine, pkiEngine];
const SCHEMA = stateSchema(ENGINES);
const PORTS: CorePorts = {
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

interface Process {
  readonly vault: OpenedVault;
  readonly core: RunningCore;
  dead: boolean;
  records: number;
  death: Death | undefined;
  readonly died: Promise<void>;
}

/** Makes one with KV 2 at `secret/` and `database/`. */
export async function openKillableVault(): Promise<KillableVault> {
  const passphrase = Buffer.from(PASSPHRASE);
  const home = mkdtempSync(join(tmpdir(), 'keywarden-rotation-'));
  let folders = 0;
  let directory = join(home, 'vault-0');
  const processes: Process[] = [];
  const options = () => ({ directory, schema: SCHEMA, ports: PORTS, passphrase, kdf: QUICK_KDF });
  await createVault(options());

  const open = async (): Promise<Process> => {
    const vault = await openVault({
      ...options(),
      secret: { kind: 'passphrase', bytes: passphrase },
    } as never);
    let die = () => {};
    const died = new Promise<void>((resolve) => {
      die = resolve;
    });
    const kill = () => {
      process.dead = true;
      die();
    };
    const watched = (turn: Turn): Turn => ({
      db: turn.db,
      now: turn.now,
      sealValue: (plaintext, context) => turn.sealValue(plaintext, context),
      revealValue: (hash, context) => turn.revealValue(hash, context),
      keyedHash: (text) => turn.keyedHash(text),
      signingSeed: () => turn.signingSeed(),
      record(draft) {
        if (draft.changes.some(({ type }) => type.startsWith('rotations/'))) {
          process.records += 1;
          if (process.death?.record === process.records && process.death.when === 'before') {
            kill();
            throw new KeywardenError('sealed');
          }
        }
        turn.record(draft);
      },
    });
    const own: Vault = {
      ...vault,
      head: () => vault.head(),
      readRecords: (query) => vault.readRecords(query),
      watch: (listener) => vault.watch((records) => process.dead || listener(records)),
      async turn(decide) {
        if (process.dead) throw new KeywardenError('sealed');
        const result = await vault.turn((turn) => decide(watched(turn)));
        if (process.death && process.records >= process.death.record) kill();
        if (process.dead) throw new KeywardenError('sealed');
        return result;
      },
    };
    const core = createCore({ vault: own, ports: PORTS, engines: ENGINES, seal: () => {} });
    const process: Process = { vault, core, dead: false, records: 0, death: undefined, died };
    processes.push(process);
    return process;
  };

  let current = await open();
  const { rootToken } = await initialise({ vault: current.vault, ports: PORTS, engines: ENGINES });
  const world: KillableVault = {
    async answer(operation, path, data = {}, token = rootToken) {
      const credential = { kind: 'token', token } as const;
      const answer = await current.core.handle({ credential, operation, path, data, origin: 'test' });
      return { data: { ...answer.envelope?.data }, auth: answer.envelope?.auth ?? null };
    },
    ask: async (operation, path, data) => (await world.answer(operation, path, data)).data,
    dieAt(death) {
      current.death = { ...death, record: current.records + death.record };
    },
    died: () => current.died,
    async reopen() {
      const left = directory;
      folders += 1;
      directory = join(home, `vault-${folders}`);
      cpSync(left, directory, { recursive: true, filter: (path) => path !== folderLayout(left).lock });
      current.dead = true;
      void current.core.stop();
      current = await open();
      await current.core.start();
    },
    records: () => current.records,
    async until(look, holds) {
      for (let looks = 0; looks < 1500; looks += 1) {
        const seen = await look();
        if (holds(seen)) return seen;
        await pause(20);
      }
      throw new Error(`never came: ${JSON.stringify(await look())}`);
    },
    async settled() {
      const look = async () => {
        const listed = await world.ask('list', 'sys/rotations');
        return Object.values(listed['key_info'] as Record<string, Record<string, unknown>>);
      };
      return world.until(look, (rows) => rows.every(({ state }) => state === 'idle' || state === 'retiring'));
    },
    async close() {
      for (const { core, vault } of processes) {
        await core.stop();
        await vault.close().catch(() => {});
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
  return world;
}
