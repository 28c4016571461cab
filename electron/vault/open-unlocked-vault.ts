import type { StateSchema } from './change.ts';
import { CommitLoop } from './commit-loop.ts';
import { FileLedger } from './file-ledger.ts';
import type { FolderLayout } from './folder-layout.ts';
import type { FolderLock } from './folder-lock.ts';
import { EMPTY_HEAD } from './head.ts';
import type { KeyRing } from './key-ring.ts';
import type { VaultFiles, VaultPorts } from './ports.ts';
import { replayBatch } from './replay-batch.ts';
import { readNewestSnapshot } from './snapshot-files.ts';
import { Snapshotter } from './snapshotter.ts';
import { State } from './state.ts';
import { recordTailCut } from './tail-cut.ts';
import { ValueSealer } from './value-sealer.ts';
import type { Vault } from './vault.ts';
import { vaultOver } from './vault-over.ts';

/** A vault whose keys and folder are ours. */
export interface UnlockedFolder {
  readonly files: VaultFiles;
  readonly layout: FolderLayout;
  readonly vaultId: Uint8Array;
  readonly keys: KeyRing;
  readonly lock: FolderLock;
}

/** Brings the state up to the ledger's head and starts the loop. On failure the keys are wiped; the lock stays with the caller. */
export async function openUnlockedVault(
  unlocked: UnlockedFolder,
  schema: StateSchema,
  { clock, random }: VaultPorts,
): Promise<Vault> {
  const { files, layout, vaultId, keys, lock } = unlocked;
  let state: State | undefined;
  let ledger: FileLedger | undefined;
  try {
    await files.makeFolder(layout.snapshots);
    const snapshots = { files, vaultId, keys, folder: layout.snapshots };
    const snapshot = await readNewestSnapshot(snapshots);
    const replayed = await State.open(schema, snapshot?.image);
    state = replayed;
    const known = snapshot?.head ?? EMPTY_HEAD;
    const snapshotter = new Snapshotter(
      { folder: snapshots, state, random },
      known.sequence,
      snapshot?.image.length ?? 0,
    );
    const parts = { files, vaultId, keys, folder: layout.ledger, clock, random, lock };
    const opened = await FileLedger.open(parts, known, (batch) => {
      replayBatch(replayed, batch);
      snapshotter.grew(batch);
    });
    ledger = opened.ledger;
    ledger.watch((batch) => snapshotter.grew(batch));
    const loop: CommitLoop = new CommitLoop(
      {
        state,
        ledger,
        sealer: new ValueSealer(keys, random),
        clock,
        betweenBatches: () => snapshotter.takeIfDue(loop.head),
      },
      ledger.head(),
    );
    const vault = vaultOver(vaultId, loop, () =>
      closeAll(unlocked, replayed, opened.ledger, async () => {
        if (loop.broken) await snapshotter.settled();
        else await snapshotter.finish(loop.head);
      }),
    );
    if (opened.torn) await recordTailCut(vault, opened.torn);
    return vault;
  } catch (error) {
    await ledger?.close().catch(() => undefined);
    state?.close();
    keys.wipe();
    throw error;
  }
}

/** Whatever the disk says meanwhile, no key stays in memory and the folder is free. SECURITY(S5) */
async function closeAll(
  { keys, lock }: UnlockedFolder,
  state: State,
  ledger: FileLedger,
  lastSnapshot: () => Promise<void>,
): Promise<void> {
  try {
    // Without a last snapshot the next opening only takes longer.
    await lastSnapshot().catch(() => undefined);
    await ledger.close();
  } finally {
    keys.wipe();
    state.close();
    await lock.release();
  }
}
