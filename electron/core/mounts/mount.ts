/** A mounted engine. */
export interface Mount {
  /** Ends with a slash: `secret/`, `auth/approle/`. */
  readonly path: string;
  readonly type: string;
  /** Binds values and rows; never changes, even when the path does. */
  readonly uuid: string;
  readonly accessor: string;
  readonly description: string;
  readonly options: Readonly<Record<string, string>>;
  /** Seconds; 0 means the system's default. */
  readonly defaultTtl: number;
  /** Seconds; 0 means the system's maximum. */
  readonly maxTtl: number;
}
