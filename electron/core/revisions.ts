import type { Migration } from '../vault/change.ts';
import type { ReadDb, StateDb } from '../vault/state-db.ts';

/** What is compiled or indexed in memory and must notice when the state moves on. */
export type RevisedDomain = 'mounts' | 'policies' | 'identity';

export const revisionMigration: Migration = {
  id: 'core/001-revisions',
  sql: `CREATE TABLE revisions (domain TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL) STRICT;
        INSERT INTO revisions (domain, revision) VALUES ('mounts', 0), ('policies', 0);`,
};

/** Called by every change that touches the domain. */
export function bumpRevision(db: StateDb, domain: RevisedDomain): void {
  db.run('UPDATE revisions SET revision = revision + 1 WHERE domain = ?', domain);
}

/** Grows with every change to the domain. */
export function readRevision(db: ReadDb, domain: RevisedDomain): number {
  return (
    db.get<{ revision: number }>('SELECT revision FROM revisions WHERE domain = ?', domain)?.revision ?? 0
  );
}
