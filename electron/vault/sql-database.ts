import initSqlJs, { type Database, type Statement } from 'sql.js';
import type { Row, SqlValue, StateDb } from './state-db.ts';

/** More than the whole program has. */
const MOST_PREPARED = 1_000;

interface Prepared {
  readonly statement: Statement;
  columns: readonly string[] | undefined;
}

/** An in-memory SQLite database whose statements are prepared once and kept. Knows nothing of vaults. */
export class SqlDatabase implements StateDb {
  readonly #db: Database;
  readonly #prepared = new Map<string, Prepared>();

  private constructor(db: Database) {
    this.#db = db;
    // secure_delete: what is deleted must not linger in free pages, for these reach the next snapshot.
    this.execute('PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;');
  }

  /** An empty database, or one from an exported image. */
  static async open(image?: Uint8Array): Promise<SqlDatabase> {
    // The types do not know the second argument yet; without it sql.js replaces built-in functions of SQLite by its own.
    const { Database } = (await initSqlJs()) as unknown as {
      Database: new (
        image: Uint8Array | undefined,
        options: { useOldExtensionFunctions: boolean },
      ) => Database;
    };
    return new SqlDatabase(new Database(image, { useOldExtensionFunctions: false }));
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

  run(sql: string, ...params: readonly SqlValue[]): void {
    const { statement } = this.#bind(sql, params);
    try {
      statement.step();
    } finally {
      statement.reset();
    }
  }

  /** Runs a script of several statements, uncached. */
  execute(script: string): void {
    this.#db.exec(script);
  }

  /** The database as SQLite would write it to a file. Only outside a transaction. */
  image(): Uint8Array {
    return this.#db.export();
  }

  close(): void {
    this.#prepared.clear();
    this.#db.close();
  }

  #bind(sql: string, params: readonly SqlValue[]): Prepared {
    let prepared = this.#prepared.get(sql);
    if (!prepared) {
      this.#makeRoom();
      prepared = { statement: this.#db.prepare(sql), columns: undefined };
      this.#prepared.set(sql, prepared);
    }
    if (params.length > 0) prepared.statement.bind(params as SqlValue[]);
    return prepared;
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

function row(prepared: Prepared): Row {
  prepared.columns ??= prepared.statement.getColumnNames();
  const values = prepared.statement.get();
  const result: Record<string, SqlValue> = {};
  prepared.columns.forEach((column, i) => {
    result[column] = values[i] ?? null;
  });
  return result;
}
