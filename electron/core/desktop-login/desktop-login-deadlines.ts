import { type Deadlines, soonest } from '../scheduler/deadlines.ts';
import { loginClosed } from './desktop-login-rows.ts';

/** Nobody answered in time. */
export const desktopLoginDeadlines: Deadlines = {
  next: (db) => soonest(db, 'SELECT min(expires_at) AS at FROM desktop_login_requests'),
  overdue({ db, now }) {
    const hashes = db
      .all<{ hash: string }>('SELECT hash FROM desktop_login_requests WHERE expires_at <= ?', now)
      .map(({ hash }) => hash);
    return hashes.length === 0 ? [] : [loginClosed.make({ hashes })];
  },
};
