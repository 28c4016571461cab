import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { type LeaseRow, selectLeases } from '../leases/lease-rows.ts';

/** Reports are shown for so long; the records remember them for longer. */
const REPORTS_KEPT_FOR = 90 * 24 * 3_600_000;

export const revocationMigration: Migration = {
  id: 'revocations/001-revocations',
  sql: `
    CREATE TABLE revocations (
      id TEXT NOT NULL PRIMARY KEY,
      scope TEXT NOT NULL,
      name TEXT NOT NULL,
      locked_out INTEGER NOT NULL,
      asked_by TEXT NOT NULL,
      started_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE revocation_tokens (
      revocation TEXT NOT NULL,
      accessor TEXT NOT NULL,
      holder TEXT NOT NULL,
      PRIMARY KEY (revocation, accessor)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE revocation_leases (
      revocation TEXT NOT NULL,
      lease TEXT NOT NULL,
      holder TEXT NOT NULL,
      path TEXT NOT NULL,
      proven_at INTEGER,
      proof TEXT,
      PRIMARY KEY (revocation, lease)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX revocation_leases_by_lease ON revocation_leases (lease);`,
};

const holder = z.string();

/** A revocation was run: what it stopped, for its report. The tokens and leases end by changes of their own in the same record. */
export const revocationRun = defineChange(
  'revocations/run@1',
  z.strictObject({
    id: z.string(),
    scope: z.string(),
    name: z.string(),
    lockedOut: z.boolean(),
    askedBy: z.string(),
    tokens: z.array(z.strictObject({ accessor: z.string(), holder })),
    leases: z.array(z.strictObject({ id: z.string(), holder, path: z.string() })),
  }),
  (db, run, { time }) => {
    const before = time - REPORTS_KEPT_FOR;
    for (const table of ['revocation_tokens', 'revocation_leases']) {
      db.run(
        `DELETE FROM ${table} WHERE revocation IN (SELECT id FROM revocations WHERE started_at < ?)`,
        before,
      );
    }
    db.run('DELETE FROM revocations WHERE started_at < ?', before);
    db.run(
      'INSERT INTO revocations (id, scope, name, locked_out, asked_by, started_at) VALUES (?, ?, ?, ?, ?, ?)',
      run.id,
      run.scope,
      run.name,
      run.lockedOut ? 1 : 0,
      run.askedBy,
      time,
    );
    for (const token of run.tokens) {
      db.run('INSERT INTO revocation_tokens VALUES (?, ?, ?)', run.id, token.accessor, token.holder);
    }
    for (const lease of run.leases) {
      db.run(
        'INSERT INTO revocation_leases (revocation, lease, holder, path) VALUES (?, ?, ?, ?)',
        run.id,
        lease.id,
        lease.holder,
        lease.path,
      );
    }
  },
);

export const revocationChanges = [revocationRun];

/** A revocation that was run. Instants in milliseconds since 1970. */
export interface RevocationRow {
  readonly id: string;
  readonly scope: string;
  readonly name: string;
  readonly lockedOut: boolean;
  readonly askedBy: string;
  readonly startedAt: number;
}

interface StoredRevocation {
  readonly id: string;
  readonly scope: string;
  readonly name: string;
  readonly locked_out: number;
  readonly asked_by: string;
  readonly started_at: number;
}

/** All revocations that are still shown, the last first. */
export function allRevocations(db: ReadDb): readonly RevocationRow[] {
  return db.all<StoredRevocation>('SELECT * FROM revocations ORDER BY started_at DESC, id').map(fromStored);
}

/** The revocation of that id. */
export function findRevocation(db: ReadDb, id: string): RevocationRow | undefined {
  const stored = db.get<StoredRevocation>('SELECT * FROM revocations WHERE id = ?', id);
  return stored && fromStored(stored);
}

function fromStored(stored: StoredRevocation): RevocationRow {
  return {
    id: stored.id,
    scope: stored.scope,
    name: stored.name,
    lockedOut: stored.locked_out === 1,
    askedBy: stored.asked_by,
    startedAt: stored.started_at,
  };
}

/** One keycard that a revocation stopped. */
export interface RevokedLease {
  readonly id: string;
  readonly holder: string;
  readonly path: string;
  readonly provenAt: number | null;
  readonly proof: readonly string[] | null;
  /** As the state has it; absent when it is so long dead that only the report remembers it. */
  readonly row: LeaseRow | undefined;
}

/** The keycards that a revocation stopped, with their proofs so far. */
export function revokedLeases(db: ReadDb, revocation: string): readonly RevokedLease[] {
  const rows = new Map(
    selectLeases(db, 'id IN (SELECT lease FROM revocation_leases WHERE revocation = ?)', revocation).map(
      (row) => [row.id, row],
    ),
  );
  return db
    .all<{ lease: string; holder: string; path: string; proven_at: number | null; proof: string | null }>(
      'SELECT * FROM revocation_leases WHERE revocation = ? ORDER BY lease',
      revocation,
    )
    .map(({ lease, holder, path, proven_at: provenAt, proof }) => ({
      id: lease,
      holder,
      path,
      provenAt,
      proof: proof === null ? null : (JSON.parse(proof) as string[]),
      row: rows.get(lease),
    }));
}

/** The tokens that a revocation ended. */
export function revokedTokens(
  db: ReadDb,
  revocation: string,
): readonly { readonly accessor: string; readonly holder: string }[] {
  return db.all(
    'SELECT accessor, holder FROM revocation_tokens WHERE revocation = ? ORDER BY accessor',
    revocation,
  );
}
