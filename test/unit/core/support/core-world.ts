import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import { createCore, type RunningCore } from '../../../../electron/core/create-core.ts';
import { initialise } from '../../../../electron/core/initialise.ts';
import type { CoreRequest, CoreResponse } from '../../../../electron/core/request.ts';
import { stateSchema } from '../../../../electron/core/state-schema.ts';
import { kvEngine } from '../../../../electron/engines/kv/kv-engine.ts';
import { kv1Engine } from '../../../../electron/engines/kv/kv1-engine.ts';
import { openMemoryVault } from '../../../../electron/vault/memory-vault.ts';
import type { LedgerRecord, Vault } from '../../../../electron/vault/vault.ts';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { AuthEnvelope } from '../../../../shared/model/envelope.ts';
import type { Operation } from '../../../../shared/model/operation.ts';
import { type ManualClock, manualClock } from '../../../support/manual-clock.ts';
import { type FakeTarget, fakeTarget } from './fake-target.ts';

type Data = Readonly<Record<string, unknown>>;

/** A whole core over a real vault in memory, with a clock to drive and a target to break. */
export interface CoreWorld {
  readonly core: RunningCore;
  readonly vault: Vault;
  readonly clock: ManualClock;
  readonly target: FakeTarget;
  readonly root: string;
  readonly records: LedgerRecord[];
  readonly sealed: () => number;
  /** So many of the next turns find that the ledger cannot be written. */
  failTurns: number;
  /** Asks with a token ('' for none). */
  ask(
    token: string,
    operation: Operation,
    path: string,
    data?: Data,
    signal?: AbortSignal,
  ): Promise<CoreResponse>;
  /** Asks with more than a body: wrapping, an address, a certificate. */
  send(
    token: string,
    operation: Operation,
    path: string,
    data: Data,
    more: Pick<CoreRequest, 'wrapTtl' | 'remoteAddress' | 'clientCertificate'>,
  ): Promise<CoreResponse>;
  /** The code and text of what a promise was refused with. */
  why(refused: Promise<unknown>): Promise<string>;
  /** The `data` of the answer. */
  data(token: string, operation: Operation, path: string, data?: Data): Promise<Record<string, unknown>>;
  /** The `auth` of the answer. */
  auth(token: string, operation: Operation, path: string, data?: Data): Promise<AuthEnvelope>;
  /** The code and text of the refusal. */
  refusal(token: string, operation: Operation, path: string, data?: Data): Promise<string>;
  /** A token with a policy of that text. */
  tokenFor(policy: string, more?: Data): Promise<string>;
  /** Another core over the same vault: what a restart finds. */
  restart(): Promise<RunningCore>;
  count(table: string): Promise<number>;
}

/** Opens a world, by a clock that is only driven, or one that is set and sleeps as well. */
export async function openCoreWorld(clock: ManualClock = manualClock()): Promise<CoreWorld> {
  const ports = {
    clock,
    random: (length: number) => new Uint8Array(randomBytes(length)),
    log: () => {},
  };
  const target = fakeTarget();
  const engines = [kvEngine, kv1Engine, target.engine];
  const real = await openMemoryVault(stateSchema(engines), ports);
  const vault: Vault = {
    ...real,
    turn(decide) {
      if (world.failTurns === 0) return real.turn(decide);
      world.failTurns -= 1;
      return Promise.reject(new KeywardenError('ledger-unavailable'));
    },
  };
  const records: LedgerRecord[] = [];
  real.watch((more) => records.push(...more));
  const { rootToken } = await initialise({ vault: real, ports, engines });
  let sealed = 0;
  const make = () => createCore({ vault, ports, engines, seal: () => void sealed++ });
  let core = make();
  let policies = 0;
  const world: CoreWorld = {
    get core() {
      return core;
    },
    vault,
    clock,
    target,
    root: rootToken,
    records,
    failTurns: 0,
    sealed: () => sealed,
    ask: (token, operation, path, data = {}, signal) =>
      core.handle({
        credential: token === '' ? { kind: 'none' } : { kind: 'token', token },
        operation,
        path,
        data,
        origin: 'test',
        ...(signal ? { signal } : {}),
      }),
    send: (token, operation, path, data, more) =>
      core.handle({
        credential: token === '' ? { kind: 'none' } : { kind: 'token', token },
        operation,
        path,
        data,
        origin: 'test',
        ...more,
      }),
    async why(refused) {
      try {
        await refused;
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        return `${code}: ${message}`;
      }
      throw new Error('was not refused');
    },
    async data(token, operation, path, data) {
      const { envelope } = await world.ask(token, operation, path, data);
      return { ...envelope?.data };
    },
    async auth(token, operation, path, data) {
      const { envelope } = await world.ask(token, operation, path, data);
      if (!envelope?.auth) throw new Error('no auth in the answer');
      return envelope.auth;
    },
    refusal: (token, operation, path, data) => world.why(world.ask(token, operation, path, data)),
    async tokenFor(policy, more = {}) {
      policies += 1;
      const name = `test-${policies}`;
      await world.ask(rootToken, 'update', `sys/policies/acl/${name}`, { policy });
      const auth = await world.auth(rootToken, 'update', 'auth/token/create', { policies: [name], ...more });
      return auth.client_token;
    },
    async restart() {
      await core.stop();
      core = make();
      return core;
    },
    count: (table) =>
      vault.turn((turn) => turn.db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0),
  };
  return world;
}

/** Lets everything that waits for nothing but promises come to rest. */
export async function rest(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await setImmediate();
}

/** Fails if a text is anywhere in the records. */
export function expectNowhere(records: readonly LedgerRecord[], text: string): void {
  expect(text.length).toBeGreaterThan(7);
  expect(JSON.stringify(records)).not.toContain(text);
}
