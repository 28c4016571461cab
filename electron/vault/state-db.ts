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
  /** Another number whenever the table may have changed, undone changes among them: what was made of its rows holds until then. */
  revisionOf(table: string): number;
}

/** Changing the state: only `apply` functions of changes get this. */
export interface StateDb extends ReadDb {
  run(sql: string, ...params: readonly SqlValue[]): void;
}
