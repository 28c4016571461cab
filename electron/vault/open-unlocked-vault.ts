import type { SegmentHeader } from '../crypto/segment-header.ts';
import { AuditReader } from './audit-reader.ts';
import type { StateSchema } from './change.ts';
import { CommitLoop } from './commit-loop.ts';
import { FileLedger } from './file-ledger.ts';
import type { FolderLayout } from './folder-layout.ts';
import type { FolderLock } from './folder-lock.ts';
import { hashAtRecord, hashInBatch } from './hash-at-record.ts';
import { EMPTY_HEAD, type Head } from './head.ts';
import type { KeyRing } from './key-ring.ts';
import { isDamage, readToDamage } from './last-good-state.ts';
import { MemoryLedger } from './memory-ledger.ts';
import type { VaultFiles, VaultPorts } from './ports.ts';
import type { Quarantine } from './quarantine.ts';
import { type LedgerFolder, walkLedger } from './read-ledger.ts';
import { replayBatch } from './replay-batch.ts';
import { Reserve } from './reserve.ts';
import { readNewestSnapshot } from './snapshot-files.ts';
import { Snapshotter } from './snapshotter.ts';
import { State } from './state.ts';
import type { ReadDb } from './state-db.ts';
import { recordTailCut } from './tail-cut.ts';
import { startUpkeep, type Upkeep } from './upkeep.ts';
import { ValueSealer } from './value-sealer.ts';
import type { RecordQuery, Vault } from './vault.ts';
import { VAULT_LIMITS } from './vault-limits.ts';
import { vaultOver, workInMemory } from './vault-over.ts';

/** A vault whose keys and folder are ours. */
export interface UnlockedFolder {
  readonly files: VaultFiles;
  readonly layout: FolderLayout;
  readonly vaultId: Uint8Array;
  readonly keys: KeyRing;
  readonly lock: FolderLock;
}

/** What was found before anything is written. */
export interface FoundVault {
  readonly head: Head;
  /** Of the last segment. */
  readonly term: number;
  readonly db: ReadDb;
  /** The hash of the record that was asked for, where the chain reaches it. */
  readonly askedHash: Uint8Array | undefined;
}

/** Whether a vault that was found is opened for good, perhaps with a new term, or quarantined. */
export type Verdict =
  | { readonly kind: 'home'; readonly begin?: Pick<SegmentHeader, 'term' | 'writerId'> }
  | { readonly kind: 'quarantine'; readonly quarantine: Quarantine };

/** Who looks at a vault while it is being opened. */
export interface Opening {
  /** A record whose hash the judge wants to know. */
  readonly asked?: number | undefined;
  judge(found: FoundVault): Verdict;
  /** A damaged vault is to be looked at, as far as it leads, instead of being refused. */
  damaged?(damage: string, head: Head): Quarantine;
  /** The ledger has durably come so far. */
  appended?(head: Head): void;
  /** The last call: the keys are still there. */
  closing?(head: Head): Promise<void>;
  /** A quarantined vault is closed so that it can be opened for good: keys and lock are handed over. */
  handsOver?(): boolean;
}

const AT_HOME: Opening = { judge: () => ({ kind: 'home' }) };

/** Brings the state up to the ledger's head and starts the loop. On failure the keys are wiped; the lock stays with the caller. */
export async function openUnlockedVault(
  unlocked: UnlockedFolder,
  schema: StateSchema,
  { clock, random, limits }: VaultPorts,
  opening: Opening = AT_HOME,
): Promise<Vault> {
  const { files, layout, vaultId, keys, lock } = unlocked;
  let state: State | undefined;
  let ledger: FileLedger | undefined;
  try {
    const snapshots = { files, vaultId, keys, folder: layout.snapshots };
    const snapshot = await readNewestSnapshot(snapshots);
    const replayed = await State.open(schema, snapshot?.image);
    state = replayed;
    const known = snapshot?.head ?? EMPTY_HEAD;
    const snapshotter = new Snapshotter(
      { folder: snapshots, state, random, check: () => lock.check() },
      known.sequence,
      snapshot?.image.length ?? 0,
    );
    const kept = { ...VAULT_LIMITS, ...limits };
    const reserve = new Reserve({ files, path: layout.reserve, random, bytes: kept.reserve });
    const parts = { files, vaultId, keys, folder: layout.ledger, clock, random, lock, reserve };
    const { asked } = opening;
    let askedHash = asked === known.sequence ? known.hash : undefined;
    let reached = known;
    const end = await walkLedger(parts, known, (batch) => {
      replayBatch(replayed, batch);
      reached = batch.after;
      snapshotter.grew(batch);
      if (asked !== undefined) askedHash ??= hashInBatch(batch, asked);
    }).catch(async (error: unknown) => {
      if (!opening.damaged || !isDamage(error)) throw error;
      const { head, folder } = await readToDamage(parts, reached, (batch) => replayBatch(replayed, batch));
      // Nothing at all is no state to look at.
      if (head.sequence === 0) throw error;
      return { head, folder, damage: error.message };
    });
    if ('damage' in end) {
      const quarantine = opening.damaged?.(end.damage, end.head) as Quarantine;
      return quarantined(unlocked, replayed, end.head, { clock, random }, quarantine, opening, end.folder);
    }
    if (asked !== undefined && asked < known.sequence) askedHash = await hashAtRecord(parts, asked);
    const { term } = end.last.header;
    const verdict = opening.judge({ head: end.head, term, db: replayed.reading, askedHash });
    if (verdict.kind === 'quarantine') {
      return quarantined(unlocked, replayed, end.head, { clock, random }, verdict.quarantine, opening);
    }
    await files.makeFolder(layout.snapshots);
    const opened = await FileLedger.resume(parts, end, verdict.begin);
    ledger = opened.ledger;
    ledger.watch((batch) => {
      snapshotter.grew(batch);
      opening.appended?.(batch.after);
    });
    const loop: CommitLoop = new CommitLoop(
      {
        state,
        ledger,
        sealer: new ValueSealer(keys, random),
        clock,
        betweenBatches: () => {
          snapshotter.takeIfDue(loop.head);
          upkeep.lookIfDue();
        },
      },
      ledger.head(),
    );
    const audit = new AuditReader({ ...parts, head: () => opened.ledger.head(), mayWrite: true });
    const upkeep: Upkeep = await startUpkeep({
      audit,
      ledgerFolder: parts,
      snapshotFolder: snapshots,
      ledger: opened.ledger,
      snapshotter,
      loop,
      lock,
      clock,
      random,
      limits: kept,
      reserve,
    });
    const vault = vaultOver(
      vaultId,
      loop,
      () =>
        closeAll(unlocked, replayed, opened.ledger, async () => {
          await Promise.all([audit.close(), upkeep.close()]);
          if (loop.broken) await snapshotter.settled();
          else await snapshotter.finish(loop.head);
          await opening.closing?.(opened.ledger.head());
        }),
      {
        compact: () => upkeep.compact(),
        snapshot: () => upkeep.snapshot(),
        readRecords: (query) => audit.read(query),
      },
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

/** All of a vault but the disk: what is decided is forgotten when it is closed, and nothing in the folder changes. */
function quarantined(
  { files, layout, vaultId, keys, lock }: UnlockedFolder,
  state: State,
  head: Head,
  { clock, random }: VaultPorts,
  quarantine: Quarantine,
  { handsOver }: Opening,
  folder: LedgerFolder = { files, keys, vaultId, folder: layout.ledger },
): Vault {
  const sealer = new ValueSealer(keys, random);
  const ledger = new MemoryLedger();
  const loop = new CommitLoop({ state, ledger, sealer, clock }, head);
  const audit = new AuditReader({ ...folder, random, head: () => head, mayWrite: false });
  const finish = async () => {
    await audit.close();
    state.close();
    if (handsOver?.()) return;
    keys.wipe();
    await lock.release();
  };
  const work = { ...workInMemory(ledger), readRecords: (query: RecordQuery) => audit.read(query) };
  return { ...vaultOver(vaultId, loop, finish, work), quarantine };
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
