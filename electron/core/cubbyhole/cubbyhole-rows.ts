import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';

export const cubbyholeMigration: Migration = {
  id: 'cubbyhole/001-values',
  sql: `
    CREATE TABLE cubbyhole (
      token_hash TEXT NOT NULL,
      path TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (token_hash, path)
    ) STRICT;`,
};

const place = { tokenHash: z.string(), path: z.string() };

/** A token put something away for itself. */
export const cubbyholeWritten = defineChange(
  'cubbyhole/written@1',
  z.strictObject({ ...place, value: z.string() }),
  (db, { tokenHash, path, value }) =>
    db.run('INSERT OR REPLACE INTO cubbyhole VALUES (?, ?, ?)', tokenHash, path, value),
);

/** It took it away again. */
export const cubbyholeDeleted = defineChange(
  'cubbyhole/deleted@1',
  z.strictObject(place),
  (db, { tokenHash, path }) =>
    db.run('DELETE FROM cubbyhole WHERE token_hash = ? AND path = ?', tokenHash, path),
);

/** Tokens died, and with them what they kept. */
export const cubbyholesEmptied = defineChange(
  'cubbyhole/emptied@1',
  z.strictObject({ hashes: z.array(z.string()) }),
  (db, { hashes }) => {
    for (const hash of hashes) db.run('DELETE FROM cubbyhole WHERE token_hash = ?', hash);
  },
);

export const cubbyholeChanges = [cubbyholeWritten, cubbyholeDeleted, cubbyholesEmptied];

/** What a token keeps at a path. */
export function findKept(db: ReadDb, tokenHash: string, path: string): ValueHash | undefined {
  return db.get<{ value: ValueHash }>(
    'SELECT value FROM cubbyhole WHERE token_hash = ? AND path = ?',
    tokenHash,
    path,
  )?.value;
}

/** All that a token keeps, by path. */
export function allKept(
  db: ReadDb,
  tokenHash: string,
): readonly { readonly path: string; readonly value: ValueHash }[] {
  return db.all('SELECT path, value FROM cubbyhole WHERE token_hash = ? ORDER BY path', tokenHash);
}
