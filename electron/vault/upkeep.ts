import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { AuditReader } from './audit-reader.ts';
import { breathing } from './breathing.ts';
import type { CommitLoop } from './commit-loop.ts';
import { compactSegment } from './compact-segment.ts';
import type { FileLedger } from './file-ledger.ts';
import { indexName } from './folder-layout.ts';
import type { FolderLock } from './folder-lock.ts';
import type { RandomBytes, WallClock } from './ports.ts';
import type { LedgerFolder } from './read-ledger.ts';
import type { Reserve } from './reserve.ts';
import { listSegments, type Segment } from './segment.ts';
import {
  listSnapshots,
  proveSnapshot,
  removeSnapshotsBefore,
  type SnapshotFolder,
} from './snapshot-files.ts';
import type { Snapshotter } from './snapshotter.ts';
import { firstToKeep, removeTrimmed, trimLedger } from './trim-ledger.ts';
import { compacted, trimmed, upkeepRecord } from './upkeep-changes.ts';
import type { CompactionReport } from './vault.ts';
import type { VaultLimits } from './vault-limits.ts';
import { removeIfThere, removeUnfinished } from './write-durably.ts';

/** It looks whether there is something to do no more often than this, in milliseconds, and after each snapshot. */
const LOOK_EVERY = 600_000;

/** So many lingering values are worth a compaction before their time. */
const MOST_LINGERING = 10_000;

export interface UpkeepParts {
  readonly ledgerFolder: LedgerFolder;
  readonly snapshotFolder: SnapshotFolder;
  readonly ledger: FileLedger;
  readonly snapshotter: Snapshotter;
  readonly loop: CommitLoop;
  readonly audit: Pick<AuditReader, 'ensureIndex'>;
  readonly lock: Pick<FolderLock, 'check'>;
  readonly clock: WallClock;
  readonly random: RandomBytes;
  readonly limits: VaultLimits;
  readonly reserve: Pick<Reserve, 'make'>;
}

interface Lingering {
  readonly count: number;
  readonly oldest: number;
}

/**
 * What a vault does by itself, one thing at a time and beside the commit loop: compaction, retention, audit indices.
 * Every step leaves a whole vault behind, so that it may be interrupted anywhere.
 */
export class Upkeep {
  readonly #parts: UpkeepParts;
  #job: Promise<unknown> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #snapshots = 0;
  #closed = false;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  /** Between batches: starts what is due in the background. What fails there is tried again later. */
  lookIfDue(): void {
    if (this.#job || this.#closed) return;
    const { clock, snapshotter } = this.#parts;
    const now = clock.now();
    const passed = now - this.#lookedAt;
    if (snapshotter.taken === this.#snapshots && passed >= 0 && passed < LOOK_EVERY) return;
    this.#lookedAt = now;
    this.#snapshots = snapshotter.taken;
    void this.#run(() => this.#doWhatIsDue()).catch(() => undefined);
  }

  /** Removes the bytes of all destroyed values from the folder. Throws what the disk says. */
  async compact(): Promise<CompactionReport> {
    while (this.#job !== undefined) await this.#job.catch(() => undefined);
    return this.#run(() => this.#compact());
  }

  /** Takes a snapshot of all that is durable by now. Throws what the disk says. */
  snapshot(): Promise<void> {
    return this.#snapshot(this.#parts.loop.head.sequence);
  }

  /** Interrupts what is under way and starts nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#job?.catch(() => undefined);
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    const job = setImmediate()
      .then(work)
      .finally(() => {
        this.#job = undefined;
      });
    this.#job = job;
    return job;
  }

  async #doWhatIsDue(): Promise<void> {
    const { loop, limits, ledger, reserve } = this.#parts;
    // On a full disk nothing here may take the room that there is left.
    if (ledger.onlyUrgent) return;
    // A vault without its reserve works, and the disk may have room for it the next time.
    await reserve.make().catch(() => undefined);
    const { count, oldest } = await loop.turn(
      ({ db }) =>
        db.get<Lingering>(
          'SELECT count(*) AS count, coalesce(min(time), 0) AS oldest FROM vault_lingering',
        ) as Lingering,
    );
    if (count >= MOST_LINGERING || (count > 0 && loop.head.time - oldest >= limits.lingering))
      await this.#compact();
    if (this.#parts.ledger.segment === 1) return;
    await this.#trim();
    await this.#indexClosed();
  }

  async #compact(): Promise<CompactionReport> {
    const { ledger, ledgerFolder, snapshotFolder, loop } = this.#parts;
    const found = await loop.turn(({ db }) => ({
      batches: db
        .all<{ batch: number }>('SELECT DISTINCT batch FROM vault_lingering')
        .map(({ batch }) => batch),
      through:
        db.get<{ last: number }>('SELECT coalesce(max(sequence), 0) AS last FROM vault_lingering')?.last ?? 0,
    }));
    if (found.batches.length === 0) return { values: 0, segments: [] };
    if (found.batches.some((batch) => batch === 0 || batch >= ledger.firstSequence))
      await this.#closeSegment();
    await this.#snapshot(found.through);
    const { files, folder, keys, vaultId } = ledgerFolder;
    const segments = await listSegments(files, folder, keys, vaultId);
    let dropped = 0;
    const rewritten: number[] = [];
    for (const segment of segments) {
      if (!holdsOne(segment, found.batches)) continue;
      dropped += await this.#compactOne(segment);
      rewritten.push(segment.header.segment);
    }
    await removeSnapshotsBefore(snapshotFolder, this.#parts.snapshotter.covered);
    const change = compacted.make({ through: found.through, segments: rewritten, dropped });
    await loop.turn((turn) => turn.record(upkeepRecord('compact', change)));
    // A ledger without its beginning needs two snapshots: the older one has just gone.
    if (segments[0]?.header.firstSequence !== 1) await this.#snapshot(loop.head.sequence);
    return { values: dropped, segments: rewritten };
  }

  async #compactOne(segment: Segment): Promise<number> {
    const { ledgerFolder, loop, lock, random } = this.#parts;
    const breathe = breathing();
    return compactSegment(ledgerFolder, segment, {
      random,
      known: (hashes) =>
        loop.turn(
          ({ db }) =>
            new Set(
              hashes.filter(
                (hash) => db.get('SELECT 1 FROM vault_values WHERE hash = ?', hash) !== undefined,
              ),
            ),
        ),
      breathe: async () => {
        this.#goOn();
        await breathe();
      },
      check: async () => {
        await lock.check();
        // It describes what is about to go; a crash in between leaves none, and it can be made again.
        await removeIfThere(ledgerFolder.files, join(ledgerFolder.folder, indexName(segment.header.segment)));
      },
    });
  }

  /** Makes the audit indices that are missing, so that no query has to scan a closed segment. */
  async #indexClosed(): Promise<void> {
    const { files, folder, keys, vaultId } = this.#parts.ledgerFolder;
    const present = new Set(await files.list(folder));
    for (const segment of await listSegments(files, folder, keys, vaultId)) {
      if (segment.lastSequence === undefined || present.has(indexName(segment.header.segment))) continue;
      this.#goOn();
      await this.#parts.audit.ensureIndex(segment);
    }
  }

  async #trim(): Promise<void> {
    const { clock, ledgerFolder, limits, lock, loop, snapshotFolder } = this.#parts;
    const { files, folder, keys, vaultId } = ledgerFolder;
    const present = await listSegments(files, folder, keys, vaultId);
    if (present[0]) await removeTrimmed(ledgerFolder, present[0].header.segment);
    const snapshots = await listSnapshots(files, snapshotFolder.folder);
    if (snapshots.length < 2) return;
    const first = await firstToKeep(ledgerFolder, {
      covered: Math.min(...snapshots),
      now: loop.head.time,
      wall: clock.trusted ? clock.trusted() : clock.now(),
      age: limits.recordAge,
      bytes: limits.ledgerBytes,
    });
    if (!first) return;
    // From here on the snapshots are all that is left of those records: they must open.
    for (const snapshot of snapshots) await proveSnapshot(snapshotFolder, snapshot);
    this.#goOn();
    const { firstSequence, previousHash } = first.header;
    const change = trimmed.make({
      sequence: firstSequence - 1,
      hash: Buffer.from(previousHash).toString('hex'),
    });
    await loop.turn((turn) => turn.record(upkeepRecord('trim', change)));
    await lock.check();
    await trimLedger(ledgerFolder, first);
  }

  async #closeSegment(): Promise<void> {
    this.#parts.ledger.rotate();
    await this.#parts.loop.turn(() => undefined);
  }

  /** A snapshot of record `through` or a later one. */
  async #snapshot(through: number): Promise<void> {
    const { loop, snapshotter } = this.#parts;
    const { failures } = snapshotter;
    while (snapshotter.covered < through) {
      this.#goOn();
      snapshotter.want();
      // It is taken between batches: this makes one.
      await loop.turn(() => undefined);
      await snapshotter.settled();
      if (snapshotter.failures > failures) throw snapshotter.failure;
    }
  }

  #goOn(): void {
    if (this.#closed) throw new Error('the vault is closing');
  }
}

function holdsOne({ header, lastSequence }: Segment, batches: readonly number[]): boolean {
  if (lastSequence === undefined) return false;
  return batches.some((batch) => batch === 0 || (batch >= header.firstSequence && batch <= lastSequence));
}

/** Clears what crashes have left beside, and is ready. Before the first turn, because nothing may be writing there. */
export async function startUpkeep(parts: UpkeepParts): Promise<Upkeep> {
  for (const { files, folder } of [parts.ledgerFolder, parts.snapshotFolder]) {
    // What cannot be removed now means nothing, and goes the next time.
    await removeUnfinished(files, folder).catch(() => undefined);
  }
  return new Upkeep(parts);
}
