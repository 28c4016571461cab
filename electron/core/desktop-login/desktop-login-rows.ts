import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';

export const desktopLoginMigration: Migration = {
  id: 'desktop/001-login-requests',
  sql: `
    CREATE TABLE desktop_login_requests (
      hash TEXT NOT NULL PRIMARY KEY,
      code TEXT NOT NULL UNIQUE,
      program TEXT NOT NULL,
      origin TEXT NOT NULL,
      requested_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      decision TEXT,
      approver TEXT
    ) STRICT;`,
};

/** Somebody at a terminal wants in; the person at the desktop decides. */
export interface LoginRequestRow {
  readonly hash: string;
  /** Shown on both screens. */
  readonly code: string;
  readonly program: string;
  readonly origin: string;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly decision: 'approved' | 'denied' | null;
  /** The session token that decided. */
  readonly approver: string | null;
}

const instant = z.number().int();

export const loginRequested = defineChange(
  'desktop/login-requested@1',
  z.strictObject({
    hash: z.string(),
    code: z.string(),
    program: z.string(),
    origin: z.string(),
    expiresAt: instant,
  }),
  (db, asked, { time }) =>
    db.run(
      `INSERT INTO desktop_login_requests (hash, code, program, origin, requested_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      asked.hash,
      asked.code,
      asked.program,
      asked.origin,
      time,
      asked.expiresAt,
    ),
);

export const loginDecided = defineChange(
  'desktop/login-decided@1',
  z.strictObject({ hash: z.string(), decision: z.enum(['approved', 'denied']), approver: z.string() }),
  (db, { hash, decision, approver }) =>
    db.run(
      'UPDATE desktop_login_requests SET decision = ?, approver = ? WHERE hash = ?',
      decision,
      approver,
      hash,
    ),
);

/** Answered, or too late. */
export const loginClosed = defineChange(
  'desktop/login-closed@1',
  z.strictObject({ hashes: z.array(z.string()) }),
  (db, { hashes }) => {
    for (const hash of hashes) db.run('DELETE FROM desktop_login_requests WHERE hash = ?', hash);
  },
);

export const desktopLoginChanges = [loginRequested, loginDecided, loginClosed];

interface StoredRequest {
  readonly hash: string;
  readonly code: string;
  readonly program: string;
  readonly origin: string;
  readonly requested_at: number;
  readonly expires_at: number;
  readonly decision: 'approved' | 'denied' | null;
  readonly approver: string | null;
}

/** Requests that are not overdue, the oldest first. */
export function openLoginRequests(db: ReadDb, now: number): readonly LoginRequestRow[] {
  return db
    .all<StoredRequest>(
      'SELECT * FROM desktop_login_requests WHERE expires_at > ? ORDER BY requested_at',
      now,
    )
    .map((stored) => ({
      hash: stored.hash,
      code: stored.code,
      program: stored.program,
      origin: stored.origin,
      requestedAt: stored.requested_at,
      expiresAt: stored.expires_at,
      decision: stored.decision,
      approver: stored.approver,
    }));
}
