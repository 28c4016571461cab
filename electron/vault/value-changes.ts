import { z } from 'zod';
import { defineChange, type Migration } from './change.ts';
import { FORGET_VALUE } from './vault.ts';

const valueHash = z.string().regex(/^[0-9a-f]{64}$/);

/** Erases one sealed value from the state; the bytes leave the folder with the next compaction. */
export const valueForgotten = defineChange(
  FORGET_VALUE,
  z.strictObject({ hash: valueHash }),
  (db, { hash }) => db.run('DELETE FROM vault_values WHERE hash = ?', hash),
);

/** Sealed values by hash: ciphertext only, because the heap of SQLite cannot be wiped. SECURITY(S6) */
export const valueMigration: Migration = {
  id: 'vault/001-values',
  sql: 'CREATE TABLE vault_values (hash TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT;',
};
