import { z } from 'zod';
import { defineChange, type Migration } from './change.ts';
import { FORGET_VALUE } from './vault.ts';

const valueHash = z.string().regex(/^[0-9a-f]{64}$/);

/** Erases one sealed value from the state; the bytes leave the folder with the next compaction, and until then it lingers. */
export const valueForgotten = defineChange<{ readonly hash: string }>(
  FORGET_VALUE,
  z.strictObject({ hash: valueHash }),
  (db, { hash }, { sequence, time }) => {
    db.run(
      'INSERT OR REPLACE INTO vault_lingering (hash, batch, sequence, time) SELECT hash, batch, ?, ? FROM vault_values WHERE hash = ?',
      sequence,
      time,
      hash,
    );
    db.run('DELETE FROM vault_values WHERE hash = ?', hash);
  },
);

/** Sealed values by hash: ciphertext only, because the heap of SQLite cannot be wiped. SECURITY(S6) */
export const valueMigration: Migration = {
  id: 'vault/001-values',
  sql: 'CREATE TABLE vault_values (hash TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT;',
};

/**
 * Destroyed values whose bytes may still lie in the folder. `batch` is the first record of the batch that introduced the value
 * and so says in which segment its bytes are; 0 is unknown (written by a version that did not keep it).
 */
export const lingeringMigration: Migration = {
  id: 'vault/010-lingering-values',
  sql: `
    ALTER TABLE vault_values ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE vault_lingering (
      hash TEXT NOT NULL PRIMARY KEY,
      batch INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      time INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX vault_lingering_sequence ON vault_lingering (sequence);
  `,
};
