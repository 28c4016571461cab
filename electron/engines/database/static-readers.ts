import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';

export const staticReaderMigration: Migration = {
  id: 'database-static/002-readers',
  sql: `
    CREATE TABLE database_static_reader (
      role TEXT NOT NULL,
      accessor TEXT NOT NULL,
      reader TEXT NOT NULL,
      username TEXT NOT NULL,
      PRIMARY KEY (role, accessor)
    ) STRICT;`,
};

/** A token that was given the password of one of two accounts. */
export interface StaticReader {
  readonly accessor: string;
  /** For people. */
  readonly reader: string;
  /** The account that it was given last. */
  readonly username: string;
}

/** Somebody was given a password: recorded with the read that gave it. */
export const STATIC_CREDS_READ = defineChange(
  'database/static-creds-read@1',
  z.strictObject({
    /** The role's id. */
    role: z.string(),
    accessor: z.string(),
    reader: z.string(),
    username: z.string(),
  }),
  (db, { role, accessor, reader, username }) =>
    db.run(
      'INSERT OR REPLACE INTO database_static_reader VALUES (?, ?, ?, ?)',
      role,
      accessor,
      reader,
      username,
    ),
);

/** These do not matter any more: their tokens are dead, or the role is gone (all of its readers then). */
export const STATIC_READERS_FORGOTTEN = defineChange(
  'database/static-readers-forgotten@1',
  z.strictObject({ role: z.string(), accessors: z.array(z.string()).nullable() }),
  (db, { role, accessors }) => {
    if (accessors === null) db.run('DELETE FROM database_static_reader WHERE role = ?', role);
    for (const accessor of accessors ?? []) {
      db.run('DELETE FROM database_static_reader WHERE role = ? AND accessor = ?', role, accessor);
    }
  },
);

/** Who was given which account of a role. */
export function readersOf(db: ReadDb, role: string): readonly StaticReader[] {
  return db.all<StaticReader>(
    'SELECT accessor, reader, username FROM database_static_reader WHERE role = ? ORDER BY accessor',
    role,
  );
}
