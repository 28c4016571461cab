import { type Deadlines, soonest } from '../scheduler/deadlines.ts';
import { secretIdsDestroyed } from './approle-changes.ts';

/** Secret-ids end at their time; the login refuses them from that instant on, this only clears them away. */
export const approleDeadlines: Deadlines = {
  next: (db) =>
    soonest(db, 'SELECT min(expires_at) AS at FROM approle_secret_ids WHERE expires_at IS NOT NULL'),
  overdue({ db, now }) {
    const byMount = new Map<string, string[]>();
    for (const { mount, accessor } of db.all<{ mount: string; accessor: string }>(
      'SELECT mount, accessor FROM approle_secret_ids WHERE expires_at <= ?',
      now,
    )) {
      byMount.set(mount, [...(byMount.get(mount) ?? []), accessor]);
    }
    return [...byMount].map(([mount, accessors]) =>
      secretIdsDestroyed.make({ mount, accessors, why: 'expired' }),
    );
  },
};
