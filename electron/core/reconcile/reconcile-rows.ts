import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import type { Finding } from './reconcile-lifecycle.ts';

export const reconcileMigration: Migration = {
  id: 'reconcile/001-reconciliations',
  sql: `
    CREATE TABLE reconciliations (
      mount TEXT NOT NULL,
      target TEXT NOT NULL,
      at INTEGER NOT NULL,
      findings TEXT NOT NULL,
      PRIMARY KEY (mount, target)
    ) STRICT;`,
};

/** A target was looked through, and something is different from the last time, or somebody had asked. */
export const reconciled = defineChange(
  'reconcile/finished@1',
  z.strictObject({
    mount: z.string(),
    target: z.string(),
    at: z.number().int(),
    findings: z.array(z.strictObject({ name: z.string(), words: z.string() })),
  }),
  (db, { mount, target, at, findings }) =>
    db.run(
      'INSERT OR REPLACE INTO reconciliations (mount, target, at, findings) VALUES (?, ?, ?, ?)',
      mount,
      target,
      at,
      JSON.stringify(findings),
    ),
);

/** What the last recorded look at a target found. */
export function findReconciliation(
  db: ReadDb,
  mount: string,
  target: string,
): { readonly at: number; readonly findings: readonly Finding[] } | undefined {
  const row = db.get<{ at: number; findings: string }>(
    'SELECT at, findings FROM reconciliations WHERE mount = ? AND target = ?',
    mount,
    target,
  );
  return row && { at: row.at, findings: JSON.parse(row.findings) as Finding[] };
}
