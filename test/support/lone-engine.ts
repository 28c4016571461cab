import { randomBytes } from 'node:crypto';
import type { Decision } from '../../electron/core/decision.ts';
import type { Engine } from '../../electron/core/engine.ts';
import type { Lease } from '../../electron/core/leases/lease.ts';
import type { Mount } from '../../electron/core/mounts/mount.ts';
import type { Reply } from '../../electron/core/reply.ts';
import { rotationChanges } from '../../electron/core/rotation/rotation-changes.ts';
import { rotationMigration } from '../../electron/core/rotation/rotation-rows.ts';
import type { Route } from '../../electron/core/route.ts';
import { vaultSigner } from '../../electron/core/signing/vault-signer.ts';
import type { LeaseTurn, RequestTurn } from '../../electron/core/turn.ts';
import type { Change } from '../../electron/vault/change.ts';
import { openMemoryVault } from '../../electron/vault/memory-vault.ts';
import type { Turn } from '../../electron/vault/vault.ts';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Operation } from '../../shared/model/operation.ts';

type Captures = Record<string, string>;
const PORTS = { random: (length: number) => new Uint8Array(randomBytes(length)) };

/** One engine over a real in-memory vault, without tokens, policies and leases: for tests of what the engine decides. */
export async function openLoneEngine(engine: Engine, options: Record<string, string> = {}) {
  const clock = { at: 1_700_000_000_000, now: () => clock.at };
  const vault = await openMemoryVault(
    {
      changes: [...engine.changes, ...rotationChanges],
      migrations: [...engine.migrations, rotationMigration],
    },
    { clock, ...PORTS },
  );
  const mount: Mount = {
    path: `${engine.type}/`,
    type: engine.type,
    uuid: 'mount-1',
    accessor: 'accessor-1',
    description: '',
    options,
    defaultTtl: 0,
    maxTtl: 0,
  };
  const live: Lease[] = [];
  const signer = vaultSigner('vault-1', PORTS.random(32));

  function requestTurn(
    turn: Turn,
    path: string,
    operation: Operation,
    data: Record<string, unknown> = {},
  ): RequestTurn {
    return {
      data,
      remoteAddress: undefined,
      clientCertificate: undefined,
      isWrapped: false,
      presentedHash: () => undefined,
      keycard: undefined,
      exchange: undefined,
      db: turn.db,
      now: turn.now,
      mount,
      requestId: 'request-1',
      path: mount.path + path,
      operation,
      identity: { accessor: 'a', displayName: 'approle-shop app', policies: [], tokenHash: '', entity: null },
      random: PORTS.random,
      sealValue: (plaintext, context) => turn.sealValue(plaintext, context),
      revealValue: (hash, context) => turn.revealValue(hash, context),
      signer: () => signer,
      reconcile: () => Promise.reject(new KeywardenError('unsupported-operation')),
      keyedHash: (text) => turn.keyedHash(text),
      liveLeases: () => live,
      awaitRotation: async () => ({ rotated: true, reason: '' }),
    };
  }

  function record(turn: Turn, operation: Operation, path: string, changes: readonly Change[] = []) {
    const actor = { kind: 'token', id: 'a', name: 'test' };
    turn.record({ actor, operation, path, outcome: 'ok', requestId: 'request-1', changes });
  }

  return {
    clock,
    vault,
    mount,
    live,
    /** Decides one request and applies its changes; effects are run and settled. */
    async ask(operation: Operation, path: string, data: Record<string, unknown> = {}): Promise<Reply> {
      const decision = await this.decide(operation, path, data);
      if (decision.kind === 'reply') {
        decision.afterwards?.();
        return decision.reply;
      }
      if (decision.kind === 'refuse') throw decision.error;
      if (decision.kind === 'issue' || decision.kind === 'forward') {
        throw new Error('use decide() for what issues a lease or forwards');
      }
      const result = await decision.run(new AbortController().signal);
      return vault.turn((turn) => {
        const settled = decision.settle(requestTurn(turn, path, operation, data), result);
        record(turn, operation, path, settled.changes);
        return settled.reply;
      });
    },
    /** Decides one request and applies the changes of its first turn. */
    async decide(operation: Operation, path: string, data: Record<string, unknown> = {}): Promise<Decision> {
      const { route, captures } = match(engine.routes, path);
      const handler = route.operations[operation] ?? (operation === 'create' && route.operations.update);
      if (!handler) throw new KeywardenError('unsupported-operation');
      const parsed = handler.input.safeParse({ ...data, ...captures });
      if (!parsed.success) throw new KeywardenError('invalid-request', parsed.error.issues[0]?.message);
      const ports = { clock: { ...clock, after: () => () => {} }, random: PORTS.random, log: () => {} };
      const seen = await vault.turn((turn) =>
        handler.look?.(requestTurn(turn, path, operation, data), parsed.data),
      );
      const prepared = await handler.prepare?.(parsed.data, { ports, mount, seen, signal: undefined });
      return vault.turn((turn) => {
        const decision = handler.decide(requestTurn(turn, path, operation, data), parsed.data, prepared);
        record(turn, operation, path, 'changes' in decision ? decision.changes : []);
        return decision;
      });
    },
    /** Runs what a lease's end or renewal reads in its turn. */
    inLeaseTurn: <T>(read: (turn: LeaseTurn) => T): Promise<T> =>
      vault.turn((turn) =>
        read({
          db: turn.db,
          now: turn.now,
          mount,
          revealValue: (hash, context) => turn.revealValue(hash, context),
          signer: () => signer,
        }),
      ),
    /** How many sealed values the state holds. */
    sealedValues: () =>
      vault.turn((turn) => turn.db.get<{ n: number }>('SELECT count(*) AS n FROM vault_values')?.n ?? 0),
  };
}

/** The same matching as core's: literal segments first, `:name*` takes the rest and may be empty only by its own route. */
function match(routes: readonly Route[], path: string): { route: Route; captures: Captures } {
  for (const route of routes) {
    const captures = capture(route.pattern, path);
    if (captures) return { route, captures };
  }
  throw new KeywardenError('no-route');
}

function capture(pattern: string, path: string): Captures | undefined {
  const captures: Captures = {};
  const given = path.split('/');
  const wanted = pattern.split('/');
  for (const [index, segment] of wanted.entries()) {
    if (segment.startsWith(':') && segment.endsWith('*')) {
      captures[segment.slice(1, -1)] = given.slice(index).join('/');
      return captures;
    }
    const here = given[index];
    if (here === undefined || here === '') return undefined;
    if (segment.startsWith(':')) captures[segment.slice(1)] = here;
    else if (segment !== here) return undefined;
  }
  return given.length === wanted.length ? captures : undefined;
}
