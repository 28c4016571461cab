import { z } from 'zod';
import { defineChange, type Migration } from './change.ts';
import type { ReadDb } from './state-db.ts';
import type { RecordDraft } from './vault.ts';

const home = z.strictObject({
  /** Names a machine and says nothing else about it: 16 bytes in hex. */
  host: z.string().regex(/^[0-9a-f]{32}$/),
  term: z.number().int().min(1),
});

/** Where a vault is at home. */
export type Home = z.infer<typeof home>;

/** The vault has become at home on a machine. FORMAT.md section 11. */
export const homeMoved = defineChange<Home>('vault/home-moved@1', home, (db, { host, term }, { sequence }) =>
  db.run(
    'INSERT OR REPLACE INTO vault_home (only_one, host, term, since) VALUES (1, ?, ?, ?)',
    host,
    term,
    sequence,
  ),
);

export const homeMigration: Migration = {
  id: 'vault/003-home',
  sql: 'CREATE TABLE vault_home (only_one INTEGER NOT NULL PRIMARY KEY CHECK (only_one = 1), host TEXT NOT NULL, term INTEGER NOT NULL, since INTEGER NOT NULL) STRICT;',
};

/** The home as the ledger knows it, with the first record of its term; undefined before the first one. */
export function knownHome(db: ReadDb): (Home & { readonly since: number }) | undefined {
  return db.get<Home & { since: number }>('SELECT host, term, since FROM vault_home');
}

/** The record of becoming the home. */
export function homeRecord(moved: Home): RecordDraft {
  return {
    actor: { kind: 'vault', id: '', name: 'vault' },
    operation: 'update',
    path: 'sys/home',
    outcome: 'ok',
    requestId: '',
    changes: [homeMoved.make(moved)],
  };
}
