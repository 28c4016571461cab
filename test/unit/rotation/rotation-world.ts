import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { createCore, type RunningCore } from '../../../electron/core/create-core.ts';
import type { Engine } from '../../../electron/core/engine.ts';
import { initialise } from '../../../electron/core/initialise.ts';
import type { CoreResponse } from '../../../electron/core/request.ts';
import {
  beginFirstRotation,
  registerRotation,
  removeRotation,
  revealTakenValue,
} from '../../../electron/core/rotation/plan-rotation.ts';
import type { Tested } from '../../../electron/core/rotation/rotation-lifecycle.ts';
import type { RotationPolicy } from '../../../electron/core/rotation/rotation-policy.ts';
import { awaitingRotation } from '../../../electron/core/rotation/rotation-routes.ts';
import { findRotationOf, type RotationRow } from '../../../electron/core/rotation/rotation-rows.ts';
import { handler } from '../../../electron/core/route.ts';
import { stateSchema } from '../../../electron/core/state-schema.ts';
import { steadyClock } from '../../../electron/core/steady-clock.ts';
import type { RequestTurn } from '../../../electron/core/turn.ts';
import { defineChange } from '../../../electron/vault/change.ts';
import { openMemoryVault } from '../../../electron/vault/memory-vault.ts';
import {
  FORGET_VALUE,
  type LedgerRecord,
  type ValueHash,
  type Vault,
} from '../../../electron/vault/vault.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Operation } from '../../../shared/model/operation.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';

/** A lock that opens for one value, and what the test does to it. */
export interface Lock {
  opensFor: string;
  former: string | undefined;
  /** Set: it cannot be reached. */
  down: string | undefined;
  /** Set: it takes values and then refuses them. */
  refuses: boolean;
  usedBy: string | undefined;
  readonly calls: string[];
  /** Called at the start of every effect. */
  onCall: (call: string) => void;
}

export interface RotationWorld {
  readonly core: RunningCore;
  readonly vault: Vault;
  readonly clock: Omit<ManualClock, 'waiting'> & {
    jump(milliseconds: number): void;
    sleep(milliseconds: number): void;
  };
  readonly lock: Lock;
  readonly root: string;
  readonly records: LedgerRecord[];
  ask(operation: Operation, path: string, data?: Record<string, unknown>): Promise<CoreResponse>;
  data(operation: Operation, path: string, data?: Record<string, unknown>): Promise<Record<string, unknown>>;
  rotation(): Promise<RotationRow>;
  /** Waits until something holds of the rotation; time goes on by a second a look where that is wanted. */
  until(holds: (row: RotationRow) => boolean, step?: number): Promise<RotationRow>;
  /** The process dies here and now: nothing more of it reaches the ledger. */
  kill(): void;
  /** Another process over the same vault. */
  restart(): Promise<void>;
  sealedValues(): Promise<number>;
}

const WRITTEN = defineChange('lock/written@1', z.object({ secret: z.string() }), (db, { secret }) =>
  db.run("INSERT OR REPLACE INTO lock_secret VALUES ('lock', ?)", secret),
);
const context = (mount: { uuid: string }) => ({ mount: mount.uuid, owner: 'lock', version: 1 });
const policy: RotationPolicy = { period: 3600, jitter: 0, schedule: '', window: 0 };

/** An engine whose one secret opens one lock. */
function lockEngine(lock: Lock, options: { readonly overlaps: boolean; readonly asks?: string }): Engine {
  const call = (name: string) => {
    lock.calls.push(name);
    lock.onCall(name);
    if (lock.down !== undefined) throw new KeywardenError('target-unavailable', lock.down);
  };
  const current = (turn: Pick<RequestTurn, 'db' | 'mount' | 'revealValue'>) => {
    const row = turn.db.get<{ secret: ValueHash }>('SELECT secret FROM lock_secret');
    return (
      row && {
        hash: row.secret,
        text: new TextDecoder().decode(turn.revealValue(row.secret, context(turn.mount))),
      }
    );
  };
  return {
    type: 'lock',
    changes: [WRITTEN],
    migrations: [
      { id: 'lock/001', sql: 'CREATE TABLE lock_secret (id TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT;' },
    ],
    routes: [
      {
        pattern: 'it',
        help: 'The lock.',
        operations: {
          read: handler({
            input: z.object({}),
            decide(turn) {
              const taken = revealTakenValue(turn, findRotationOf(turn.db, turn.mount.uuid, 'lock'));
              const value = taken ? new TextDecoder().decode(taken) : current(turn)?.text;
              return { kind: 'reply', reply: { data: { value } } };
            },
          }),
          update: handler({
            input: z.object({ policy: z.custom<RotationPolicy>().optional() }),
            decide(turn, input) {
              const terms = {
                subject: 'lock',
                kind: 'lock',
                path: 'it',
                data: {},
                policy: input.policy ?? policy,
              };
              const { id, changes } = registerRotation(turn, terms);
              const isNew = findRotationOf(turn.db, turn.mount.uuid, 'lock') === undefined;
              if (!isNew) return { kind: 'reply', changes, reply: {} };
              return awaitingRotation(turn, id, [...changes, ...beginFirstRotation(id, turn.requestId)]);
            },
          }),
          delete: handler({
            input: z.object({}),
            decide: (turn) => ({
              kind: 'reply',
              changes: removeRotation(turn.db, turn.mount.uuid, 'lock'),
              reply: {},
            }),
          }),
        },
      },
    ],
    rotations: {
      target: () => 'lock',
      readersSee: () => (options.overlaps ? 'finish' : 'set'),
      create(turn) {
        if (options.asks !== undefined) return { asks: options.asks };
        const value = Buffer.from(turn.random(12)).toString('hex');
        return async () => {
          call('create');
          return new TextEncoder().encode(value);
        };
      },
      set: (_turn, _rotation, next) => async () => {
        call('set');
        const value = new TextDecoder().decode(next);
        if (options.overlaps && value !== lock.opensFor) lock.former = lock.opensFor;
        lock.opensFor = value;
      },
      test: (_turn, _rotation, next) => async (): Promise<Tested> => {
        call('test');
        const opens = !lock.refuses && new TextDecoder().decode(next) === lock.opensFor;
        return opens ? { accepted: true, checks: ['opens'] } : { accepted: false, reason: 'does not open' };
      },
      revert(turn) {
        const old = current(turn)?.text;
        if (old === undefined) return undefined;
        return async () => {
          call('revert');
          lock.opensFor = old;
        };
      },
      finish(turn, _rotation, next) {
        const old = current(turn);
        const secret = turn.sealValue(next, context(turn.mount));
        const forgotten = old ? [{ type: FORGET_VALUE, data: { hash: old.hash } }] : [];
        return {
          changes: [WRITTEN.make({ secret }), ...forgotten],
          ...(options.overlaps ? { retire: { by: turn.now + 600_000, quietFor: 10_000 } } : {}),
        };
      },
      inUse: () => async () => {
        call('look');
        return lock.usedBy;
      },
      retire: () => async () => {
        call('retire');
        lock.former = undefined;
        return ['closed'];
      },
    },
  };
}

/** A core over a vault in memory with one such engine at `lock/`, and a clock that can be driven and set. */
export async function openRotationWorld(
  options: { readonly overlaps: boolean; readonly asks?: string } = { overlaps: false },
): Promise<RotationWorld> {
  const lock: Lock = {
    opensFor: 'the first',
    former: undefined,
    down: undefined,
    refuses: false,
    usedBy: undefined,
    calls: [],
    onCall: () => {},
  };
  const ticking = manualClock();
  let jumped = 0;
  let slept = 0;
  const steady = steadyClock({
    now: () => ticking.now() + jumped,
    uptime: () => ticking.now(),
    elapsed: () => ticking.now() + slept,
    after: ticking.after,
  });
  const clock = {
    ...steady,
    advance: ticking.advance,
    /** The machine sleeps: the wall goes on, timers do not. */
    sleep(milliseconds: number) {
      jumped += milliseconds;
      slept += milliseconds;
    },
    jump(milliseconds: number) {
      jumped += milliseconds;
    },
  };
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const ports = { clock, random, log: () => {} };
  const engines = [lockEngine(lock, options)];
  const vault = await openMemoryVault(stateSchema(engines), ports);
  const records: LedgerRecord[] = [];
  vault.watch((more) => records.push(...more));
  const { rootToken } = await initialise({ vault, ports, engines });
  let alive = { now: true };
  const make = () => {
    const mine = { now: true };
    alive = mine;
    const own: Vault = {
      ...vault,
      turn: (decide) => (mine.now ? vault.turn(decide) : Promise.reject(new KeywardenError('sealed'))),
    };
    return createCore({ vault: own, ports, engines, seal: () => {} });
  };
  let core = make();
  const world: RotationWorld = {
    get core() {
      return core;
    },
    vault,
    clock,
    lock,
    root: rootToken,
    records,
    ask: (operation, path, data = {}) =>
      core.handle({ credential: { kind: 'token', token: rootToken }, operation, path, data, origin: 'test' }),
    async data(operation, path, data) {
      const { envelope } = await world.ask(operation, path, data);
      return { ...envelope?.data };
    },
    async rotation() {
      const row = await vault.turn((turn) => turn.db.get<{ mount: string }>('SELECT mount FROM rotations'));
      const found = row && (await vault.turn((turn) => findRotationOf(turn.db, row.mount, 'lock')));
      if (!found) throw new Error('there is no rotation');
      return found;
    },
    async until(holds, step = 0) {
      for (let looks = 0; looks < 2000; looks += 1) {
        const row = await world.rotation();
        if (holds(row)) return row;
        if (step > 0) clock.advance(step);
        await setImmediate();
      }
      throw new Error(`never came: ${JSON.stringify(await world.rotation())}`);
    },
    kill() {
      alive.now = false;
      void core.stop();
    },
    async restart() {
      world.kill();
      core = make();
      await core.start();
    },
    sealedValues: () =>
      vault.turn((turn) => turn.db.get<{ n: number }>('SELECT count(*) AS n FROM vault_values')?.n ?? 0),
  };
  await world.ask('update', 'sys/mounts/lock', { type: 'lock' });
  return world;
}
