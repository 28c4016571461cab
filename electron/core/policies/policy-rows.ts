import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { bumpRevision } from '../revisions.ts';

export const policyMigration: Migration = {
  id: 'policies/001-policies',
  sql: 'CREATE TABLE policies (name TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL) STRICT;',
};

/** A policy was written, new or again; the text is kept as it was sent. */
export const policyWritten = defineChange(
  'policies/written@1',
  z.strictObject({ name: z.string(), text: z.string() }),
  (db, { name, text }) => {
    db.run('INSERT OR REPLACE INTO policies (name, text) VALUES (?, ?)', name, text);
    bumpRevision(db, 'policies');
  },
);

/** A policy is gone; tokens that name it keep the name, which grants nothing. */
export const policyDeleted = defineChange(
  'policies/deleted@1',
  z.strictObject({ name: z.string() }),
  (db, { name }) => {
    db.run('DELETE FROM policies WHERE name = ?', name);
    bumpRevision(db, 'policies');
  },
);

export const policyChanges = [policyWritten, policyDeleted];

/** The text of a stored policy. */
export function findPolicyText(db: ReadDb, name: string): string | undefined {
  return db.get<{ text: string }>('SELECT text FROM policies WHERE name = ?', name)?.text;
}

/** The names of all stored policies, sorted. */
export function storedPolicyNames(db: ReadDb): readonly string[] {
  return db.all<{ name: string }>('SELECT name FROM policies ORDER BY name').map(({ name }) => name);
}
