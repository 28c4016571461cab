import type { Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';

export const wrapMigration: Migration = {
  id: 'wrapping/001-wraps',
  sql: `
    CREATE TABLE wraps (
      hash TEXT NOT NULL PRIMARY KEY,
      accessor TEXT NOT NULL,
      creation_path TEXT NOT NULL,
      creation_time INTEGER NOT NULL,
      ttl INTEGER NOT NULL,
      wrapped_accessor TEXT,
      -- waiting; opened; spent on something else than opening; ended in peace
      state TEXT NOT NULL,
      ended_at INTEGER,
      second_uses INTEGER NOT NULL DEFAULT 0,
      value TEXT
    ) STRICT;
    CREATE INDEX wraps_by_end ON wraps (ended_at) WHERE ended_at IS NOT NULL;`,
};

/** An answer in a token. It outlives its token for a while, so that a second use is known for what it is. */
export interface WrapRow {
  /** The wrapping token's keyed hash. */
  readonly hash: string;
  readonly accessor: string;
  readonly creation_path: string;
  /** Milliseconds since 1970. */
  readonly creation_time: number;
  /** Seconds. */
  readonly ttl: number;
  readonly wrapped_accessor: string | null;
  readonly state: 'waiting' | 'opened' | 'spent' | 'ended';
  readonly ended_at: number | null;
  readonly second_uses: number;
  readonly value: ValueHash | null;
}

/** The wrap of a token's keyed hash. */
export function findWrap(db: ReadDb, hash: string): WrapRow | undefined {
  return db.get<WrapRow>('SELECT * FROM wraps WHERE hash = ?', hash);
}

/** What the wrapped answer's sealed bytes are bound to. */
export function wrapContext(hash: string) {
  return { mount: 'wrapping', owner: hash, version: 1 };
}
