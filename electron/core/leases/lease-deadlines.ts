import { type Deadlines, soonest } from '../scheduler/deadlines.ts';
import { endLeases } from './end-leases.ts';
import type { Issuing } from './issuing.ts';
import { deadLeasesForgotten } from './lease-changes.ts';

/** Proven deaths are shown for a day; the records remember them for longer. */
const DEAD_KEPT_FOR = 24 * 3_600_000;

/** Leases end at their time; a pending lease that nobody is issuing was interrupted and is ended too. */
export function leaseDeadlines(issuing: Issuing): Deadlines {
  return {
    next(db) {
      const active = soonest(db, "SELECT min(expires_at) AS at FROM leases WHERE state = 'active'");
      const dead = soonest(db, "SELECT min(proven_at) AS at FROM leases WHERE state = 'dead'");
      const forgotten = dead === undefined ? undefined : dead + DEAD_KEPT_FOR;
      return active === undefined || forgotten === undefined
        ? (active ?? forgotten)
        : Math.min(active, forgotten);
    },
    overdue({ db, now, requestId }) {
      const ids = (sql: string, ...params: number[]) =>
        db.all<{ id: string }>(sql, ...params).map(({ id }) => id);
      const expired = ids("SELECT id FROM leases WHERE state = 'active' AND expires_at <= ?", now);
      const pending = ids("SELECT id FROM leases WHERE state = 'pending'").filter((id) => !issuing.has(id));
      const before = now - DEAD_KEPT_FOR;
      const dead = ids("SELECT id FROM leases WHERE state = 'dead' AND proven_at <= ? LIMIT 1", before);
      return [
        ...endLeases(expired, 'expired', requestId),
        ...endLeases(pending, 'interrupted', requestId),
        ...(dead.length > 0 ? [deadLeasesForgotten.make({ provenBefore: before })] : []),
      ];
    },
  };
}
