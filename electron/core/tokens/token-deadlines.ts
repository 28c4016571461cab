import { type Deadlines, soonest } from '../scheduler/deadlines.ts';
import { revokeTokens } from './revoke-tokens.ts';

/** Tokens end at their time. Sessions and last uses of a former process are nobody's any more. */
export const tokenDeadlines: Deadlines = {
  next: (db) => soonest(db, 'SELECT min(expires_at) AS at FROM tokens WHERE expires_at IS NOT NULL'),
  overdue({ db, now, requestId }) {
    const overdue = db.all<{ hash: string }>('SELECT hash FROM tokens WHERE expires_at <= ?', now);
    return revokeTokens(
      db,
      overdue.map(({ hash }) => hash),
      'expired',
      requestId,
    );
  },
  leftOver({ db, requestId }) {
    const left = db.all<{ hash: string }>(
      "SELECT hash FROM tokens WHERE kind = 'session' UNION SELECT hash FROM tokens WHERE uses_left < 0",
    );
    return revokeTokens(
      db,
      left.map(({ hash }) => hash),
      'restarted',
      requestId,
    );
  },
};
