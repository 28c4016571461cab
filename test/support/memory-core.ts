import { randomBytes } from 'node:crypto';
import { createCore } from '../../electron/core/create-core.ts';
import type { Engine } from '../../electron/core/engine.ts';
import { initialise } from '../../electron/core/initialise.ts';
import type { Clock, CorePorts } from '../../electron/core/ports.ts';
import { stateSchema } from '../../electron/core/state-schema.ts';
import { openMemoryVault } from '../../electron/vault/memory-vault.ts';
import type { Vault } from '../../electron/vault/vault.ts';
import type { Operation } from '../../shared/model/operation.ts';

/** The whole pipeline over an in-memory vault, with the given engines, asked as root unless another token is named. */
export async function openMemoryCore(
  engines: readonly Engine[],
  clock: Clock,
  random: CorePorts['random'] = (length) => new Uint8Array(randomBytes(length)),
) {
  const ports: CorePorts = { clock, random, log: () => {} };
  const vault = await openMemoryVault(stateSchema(engines), ports);
  const { rootToken } = await initialise({ vault, ports, engines });

  /** A core over this vault: the first one, or the next after a crash. */
  const start = (served: readonly Engine[] = engines) => {
    let isDead = false;
    const mortal: Vault = {
      ...vault,
      turn: (decide) => (isDead ? new Promise(() => {}) : vault.turn(decide)),
    };
    const core = createCore({ vault: mortal, ports, engines: served, seal: () => {} });
    const ask = (
      operation: Operation,
      path: string,
      data: Record<string, unknown> = {},
      more: { token?: string; signal?: AbortSignal } = {},
    ) =>
      core.handle({
        credential: { kind: 'token', token: more.token ?? rootToken },
        operation,
        path,
        data,
        origin: 'http',
        ...(more.signal ? { signal: more.signal } : {}),
      });
    /** As `kill -9` would: nothing that was under way reaches the vault any more. */
    const kill = () => {
      isDead = true;
      void core.stop();
    };
    return { ask, start: () => core.start(), stop: () => core.stop(), kill };
  };
  return { vault, start };
}
