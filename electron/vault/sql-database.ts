import initSqlJs, { type Database, type Statement } from 'sql.js';
import { DatabaseImage, type FrozenImage } from './database-image.ts';
import { isSmall, KeptRows, keyOf } from './kept-rows.ts';
import type { Row, SqlValue, StateDb } from './state-db.ts';

/** More than the whole program has. */
const MOST_PREPARED = 1_000;

/** Which tables a statement may change: a rollback, a script or anything unusual may have changed all. */
type Writes = 'anywhere' | ReadonlySet<string>;

const NOWHERE: Writes = new Set();
const READS = /^\s*(?:(?:SELECT|SAVEPOINT|RELEASE)\b|WITH\b(?![\s\S]*\b(?:INSERT|UPDATE|DELETE|REPLACE)\b))/i;
const WRITTEN =
  /\b(?:(?:INSERT(?:\s+OR\s+\w+)?|REPLACE)\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+([a-z_]\w*)/gi;

interface Prepared {
  readonly statement: Statement;
  readonly writes: Writes;
  columns: readonly string[] | undefined;
}

type DatabaseClass = new (
  image: Uint8Array | undefined,
  options: { useOldExtensionFunctions: boolean },
) => Database;

/**
 * What holds for every database of ours.
 * - secure_delete: what is deleted must not linger in free pages, for these reach the next snapshot.
 * - cache_spill: the file changes at commits alone, so that a rollback never has to cut it (the image would be replaced).
 * - Nobody else has the file and no crash can reach it: no locking, no journal file, no syncing.
 */
const SETTINGS = `
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
  PRAGMA cache_spill = OFF;
  PRAGMA cache_size = -16384;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = MEMORY;
  PRAGMA synchronous = OFF;
`;

/** An in-memory SQLite database whose statements are prepared once and kept. Knows nothing of vaults. */
export class SqlDatabase implements StateDb {
  readonly #db: Database;
  readonly #image: DatabaseImage;
  readonly #prepared = new Map<string, Prepared>();
  readonly #kept = new Map<string, KeptRows>();
  readonly #writtenTo = new Map<string, number>();
  #writtenAnywhere = 0;

  private constructor(db: Database, image: DatabaseImage) {
    this.#db = db;
    this.#image = image;
    this.execute(SETTINGS);
  }

  /** An empty database, or one over an image: that is then the database's own. */
  static async open(image?: DatabaseImage): Promise<SqlDatabase> {
    // The types do not know the second argument yet; without it sql.js replaces built-in functions of SQLite by its own.
    const { Database } = (await initSqlJs()) as unknown as { Database: DatabaseClass };
    const owned = image ?? emptyImage(Database);
    return new SqlDatabase(new Database(owned.asFile(), { useOldExtensionFunctions: false }), owned);
  }

  get<T extends object = Row>(sql: string, ...params: readonly SqlValue[]): T | undefined {
    const prepared = this.#bind(sql, params);
    try {
      return prepared.statement.step() ? (row(prepared) as T) : undefined;
    } finally {
      prepared.statement.reset();
    }
  }

  all<T extends object = Row>(sql: string, ...params: readonly SqlValue[]): T[] {
    const prepared = this.#bind(sql, params);
    try {
      const rows: T[] = [];
      while (prepared.statement.step()) rows.push(row(prepared) as T);
      return rows;
    } finally {
      prepared.statement.reset();
    }
  }

  lookUp<T extends object = Row>(sql: string, ...params: readonly SqlValue[]): T | undefined {
    const key = keyOf(params);
    if (key === undefined) return this.get<T>(sql, ...params);
    const kept = this.#keptOf(sql);
    let revision = this.#writtenAnywhere * kept.tables.length;
    for (const table of kept.tables) revision += this.#writtenTo.get(table) ?? 0;
    const known = kept.find(revision, key);
    if (known !== undefined) return known as T;
    const found = this.get<T>(sql, ...params);
    // What is not there is looked for again: whoever asks for ever other names must not drive out the rest.
    if (found && isSmall(found)) kept.keep(key, Object.freeze(found));
    return found;
  }

  run(sql: string, ...params: readonly SqlValue[]): void {
    const { statement } = this.#bind(sql, params);
    try {
      statement.step();
    } finally {
      statement.reset();
    }
  }

  revisionOf(table: string): number {
    return this.#writtenAnywhere + (this.#writtenTo.get(table) ?? 0);
  }

  /** Runs a script of several statements, uncached. */
  execute(script: string): void {
    this.#writtenAnywhere += 1;
    this.#db.exec(script);
  }

  /** The database as SQLite would write it to a file, at this moment. Only outside a transaction. */
  freeze(): FrozenImage {
    // A snapshot of bytes that SQLite no longer uses would be a loss that nobody notices: so it leaves a mark first.
    const mark = (this.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0) + 1;
    this.execute(`PRAGMA user_version = ${mark % 2 ** 31}`);
    if (this.#image.userVersion !== mark % 2 ** 31) throw new Error('the database has left its image');
    return this.#image.freeze();
  }

  close(): void {
    this.#prepared.clear();
    for (const kept of this.#kept.values()) kept.clear();
    this.#db.close();
    this.#image.wipe();
  }

  #bind(sql: string, params: readonly SqlValue[]): Prepared {
    let prepared = this.#prepared.get(sql);
    if (!prepared) {
      this.#makeRoom();
      prepared = { statement: this.#db.prepare(sql), writes: this.#writesOf(sql), columns: undefined };
      this.#prepared.set(sql, prepared);
    }
    if (prepared.writes === 'anywhere') this.#writtenAnywhere += 1;
    else
      for (const table of prepared.writes) this.#writtenTo.set(table, (this.#writtenTo.get(table) ?? 0) + 1);
    if (params.length > 0) prepared.statement.bind(params as SqlValue[]);
    return prepared;
  }

  #keptOf(sql: string): KeptRows {
    let kept = this.#kept.get(sql);
    if (!kept) {
      if (!READS.test(sql)) throw new TypeError('only what is read can be kept');
      kept = new KeptRows(sql);
      this.#kept.set(sql, kept);
    }
    return kept;
  }

  /** By the statement's text, and by that of the triggers on what it names. */
  #writesOf(sql: string): Writes {
    if (READS.test(sql)) return NOWHERE;
    if (!/^\s*(?:INSERT|REPLACE|UPDATE|DELETE)\b/i.test(sql)) return 'anywhere';
    const tables = new Set(namedIn(sql));
    for (const table of tables) {
      const triggers = this.all<{ sql: string }>(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = ?",
        table,
      );
      // A set that grows is walked to its new end: triggers may set off others.
      for (const trigger of triggers) for (const named of namedIn(trigger.sql)) tables.add(named);
    }
    return tables.size === 0 ? 'anywhere' : tables;
  }

  /** Texts that are put together at run time must not fill the memory; the oldest goes, to be prepared anew if needed. */
  #makeRoom(): void {
    if (this.#prepared.size < MOST_PREPARED) return;
    for (const [sql, { statement }] of this.#prepared) {
      statement.free();
      this.#prepared.delete(sql);
      return;
    }
  }
}

function namedIn(sql: string): string[] {
  return [...sql.matchAll(WRITTEN)].map(([, table = '']) => table.toLowerCase());
}

function row(prepared: Prepared): Row {
  prepared.columns ??= prepared.statement.getColumnNames();
  const { columns } = prepared;
  const values = prepared.statement.get();
  const result: Record<string, SqlValue> = {};
  for (let i = 0; i < columns.length; i += 1) result[columns[i] as string] = values[i] ?? null;
  return result;
}

/** One empty page: a file must have bytes for its image to be taken up. */
function emptyImage(Database: DatabaseClass): DatabaseImage {
  const db = new Database(undefined, { useOldExtensionFunctions: false });
  try {
    db.exec('PRAGMA user_version = 1');
    const image = new DatabaseImage();
    image.append(db.export());
    return image;
  } finally {
    db.close();
  }
}
