import type { CorePorts } from '../ports.ts';
import { type Deadlines, soonest } from '../scheduler/deadlines.ts';
import { beginRotation } from './plan-rotation.ts';
import { rotationPlanned } from './rotation-changes.ts';
import { missedWindow, nextDue } from './rotation-policy.ts';
import { selectRotations } from './rotation-rows.ts';

/** Milliseconds until what a jump of the clock has made due is looked at again. */
const LOOK_AGAIN = 30_000;
const DUE = "state = 'idle' AND paused = 0 AND due_at IS NOT NULL";

/**
 * Rotations begin when they are due: by the wall clock, and by the time that has really gone by, so that a clock which
 * jumps forward rotates nothing by that alone.
 */
export function rotationDeadlines(
  { clock, random }: Pick<CorePorts, 'clock' | 'random'>,
  trustedNow: () => number,
): Deadlines {
  return {
    next(db) {
      const at = soonest(db, `SELECT min(due_at) AS at FROM rotations WHERE ${DUE}`);
      if (at === undefined) return undefined;
      // Held back only by a clock that has jumped: a pass that came a hair too early must not wait so long.
      const now = clock.now();
      return at <= now && at > trustedNow() ? now + LOOK_AGAIN : at;
    },
    overdue({ db, now, requestId }) {
      const at = Math.min(now, trustedNow());
      return selectRotations(db, `${DUE} AND due_at <= ?`, at).flatMap((row) =>
        missedWindow(row.policy, row.dueAt ?? now, now)
          ? [
              rotationPlanned.make({
                id: row.id,
                expiresAt: nextDue({ ...row.policy, period: 0 }, now, random),
              }),
            ]
          : beginRotation(row, requestId),
      );
    },
  };
}
