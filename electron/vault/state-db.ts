/** What SQLite stores in a column. */
export type SqlValue = number | string | Uint8Array | null;
/** One row, by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** Reading the state. Statements are prepared once and kept; parameters are positional (`?`). */
export interface ReadDb {
  /** The first row, or undefined. */
  get<T extends object = Row>(sql: string, ...params: readonly SqlValue[]): T | undefined;
  /** All rows. */
  all<T extends object = Row>(sql: string, ...params: readonly SqlValue[]): T[];
  /**
   * As `get`, for what is asked again and again: the row is kept for as long as no table that the statement names can have
   * changed. It is shared, and must be left as it is. Not for statements that are put together at run time.
   */
  lookUp<T extends object = Row>(sql: string, ...params: readonly SqlValue[]): T | undefined;
  /** Another number whenever the table may have changed, undone changes among them: what was made of its rows holds until then. */
  revisionOf(table: string): number;
}

/** Changing the state: only `apply` functions of changes get this. */
export interface StateDb extends ReadDb {
  run(sql: string, ...params: readonly SqlValue[]): void;
}
