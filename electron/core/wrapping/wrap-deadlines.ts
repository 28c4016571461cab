import { type Deadlines, soonest } from '../scheduler/deadlines.ts';
import { wrapsForgotten } from './wrap-changes.ts';

/** For so long a second use is told from a stranger's guess. */
const REMEMBERED_FOR = 32 * 86_400_000;

/** Wrapping tokens end as tokens do; this forgets that they were there. */
export const wrapDeadlines: Deadlines = {
  next(db) {
    const ended = soonest(db, 'SELECT min(ended_at) AS at FROM wraps WHERE ended_at IS NOT NULL');
    return ended === undefined ? undefined : ended + REMEMBERED_FOR;
  },
  overdue({ db, now }) {
    const endedBefore = now - REMEMBERED_FOR;
    const old = db.get('SELECT 1 AS one FROM wraps WHERE ended_at <= ? LIMIT 1', endedBefore);
    return old ? [wrapsForgotten.make({ endedBefore })] : [];
  },
};
