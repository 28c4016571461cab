import { deriveEpochKeys } from '../crypto/epoch-keys.ts';
import type { StateSchema } from './change.ts';
import { CommitLoop } from './commit-loop.ts';
import { EMPTY_HEAD } from './head.ts';
import { KeyRing } from './key-ring.ts';
import { MemoryLedger } from './memory-ledger.ts';
import type { RandomBytes, WallClock } from './ports.ts';
import { State } from './state.ts';
import { ValueSealer } from './value-sealer.ts';
import type { Vault } from './vault.ts';
import { vaultOver, workInMemory } from './vault-over.ts';

/** A vault that lives as long as the process: all of the real one but the disk. For `kw serve --dev` and for tests. */
export async function openMemoryVault(
  schema: StateSchema,
  ports: { readonly clock: WallClock; readonly random: RandomBytes },
): Promise<Vault> {
  const id = ports.random(16);
  const vaultKey = ports.random(32);
  const keys = new KeyRing([deriveEpochKeys(vaultKey, id, 1)]);
  vaultKey.fill(0);
  const state = await State.open(schema);
  const ledger = new MemoryLedger();
  const sealer = new ValueSealer(keys, ports.random);
  const loop = new CommitLoop({ state, ledger, sealer, clock: ports.clock }, EMPTY_HEAD);
  const finish = async () => {
    await ledger.close();
    keys.wipe();
    state.close();
  };
  return vaultOver(id, loop, finish, workInMemory(ledger));
}
