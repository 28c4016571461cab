import type { Change } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { endLeases } from '../leases/end-leases.ts';
import { leaseAdopted, leaseDeadlineAdopted, leasesReopened } from '../leases/lease-changes.ts';
import { type LeaseRow, selectLeases } from '../leases/lease-rows.ts';
import type { Mount } from '../mounts/mount.ts';
import type { FoundCredential } from './reconcile-lifecycle.ts';

/** A deadline that is later by more than this many seconds was moved by somebody whose records we do not have. */
const CLEARLY_LATER = 120;

/** What a reconciliation did, by lease id. */
export interface Reconciled {
  /** Unknown and not overdue: a lease from now on, which ends at the target's deadline. */
  readonly adopted: readonly string[];
  /** Unknown and overdue: on its way to a proven end. */
  readonly reaped: readonly string[];
  /** Known as ended, and there all the same: it ends once more. */
  readonly reopened: readonly string[];
  /** Known, and renewed by a copy of this vault that is not this one: its end is moved. */
  readonly prolonged: readonly string[];
}

interface Looked {
  readonly db: ReadDb;
  readonly now: number;
  readonly requestId: string;
  readonly mount: Mount;
  /** For people: `main`. */
  readonly name: string;
  /** When the look began: what ended since then may have been seen before it did. */
  readonly lookedAt: number;
}

/** Decides what becomes of each credential that a target showed. */
export function planReconcile(
  looked: Looked,
  credentials: readonly FoundCredential[],
): { readonly done: Reconciled; readonly changes: readonly Change[] } {
  const done = {
    adopted: [] as string[],
    reaped: [] as string[],
    reopened: [] as string[],
    prolonged: [] as string[],
  };
  const changes: Change[] = [];
  for (const found of credentials) {
    const row = selectLeases(looked.db, 'nonce = ?', found.lease)[0];
    if (!row) {
      const { id, change } = adopt(looked, found);
      changes.push(change);
      (found.left > 0 ? done.adopted : done.reaped).push(id);
    } else if (wasOver(row, looked.lookedAt)) {
      done.reopened.push(row.id);
    } else if (isProlonged(row, found)) {
      const expiresAt = row.expiresAt + Math.floor((found.later ?? 0) * 1000);
      changes.push(leaseDeadlineAdopted.make({ id: row.id, expiresAt }));
      done.prolonged.push(row.id);
    }
  }
  if (done.reopened.length > 0) changes.push(leasesReopened.make({ ids: done.reopened }));
  changes.push(...endLeases(done.reaped, 'expired', looked.requestId));
  return { done, changes };
}

/** Nobody can hold it to be asked for: no token, no app; it cannot be renewed and ends when the target ends it. */
function adopt({ now, mount, name }: Looked, found: FoundCredential): { id: string; change: Change } {
  const path = `${mount.path}adopted/${name}`;
  const id = `${path}/${found.lease}`;
  const left = Math.max(0, Math.floor(found.left * 1000));
  const change = leaseAdopted.make({
    id,
    nonce: found.lease,
    mount: mount.uuid,
    path,
    ttl: Math.floor(left / 1000),
    issuedAt: now,
    expiresAt: now + left,
    promise: found.promise,
    data: { ...found.data, due: now + left },
  });
  return { id, change };
}

/** Its end was proven, or given up on, before we looked. */
function wasOver(row: LeaseRow, lookedAt: number): boolean {
  return row.state === 'abandoned' || (row.state === 'dead' && (row.provenAt ?? 0) < lookedAt);
}

function isProlonged(row: LeaseRow, { left, later = 0 }: FoundCredential): boolean {
  const lives = row.state === 'active' || (row.state === 'ending' && row.endedWhy === 'expired');
  return lives && left > 0 && later > CLEARLY_LATER;
}
