/** One database user as Keywarden knows it, at whatever point of its life. */
export interface DatabaseUser {
  readonly name: string;
  /** The mount's uuid and the lease's nonce: what its comment carries. */
  readonly mount: string;
  readonly lease: string;
  /** Known once the server has told it. */
  readonly oid?: number;
}
