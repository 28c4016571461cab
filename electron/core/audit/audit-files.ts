/** Where audit devices write: a port, so that tests can make it fail. */
export interface AuditFiles {
  /** Appends whole lines. Rejects when they could not be written. */
  append(path: string, text: string): Promise<void>;
  /** Closes what is open. */
  close(): Promise<void>;
}
