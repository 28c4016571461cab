/** All that the steps of a database user's life need of a connection: so that they read as what they are. */
export interface Session {
  /** Runs one statement and answers with its rows. Throws what the server or the network said. */
  query<T = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /**
   * Runs several statements in one round trip and answers with the rows of the last one. Without a BEGIN among them they
   * are one transaction of their own: all of them happen, or none.
   */
  batch<T = Record<string, unknown>>(statements: readonly string[]): Promise<T[]>;
  /** What stays so for as long as the socket is open (which server it leads to) is asked once on each. */
  once<T>(fact: string, ask: () => Promise<T>): Promise<T>;
}

/** Runs steps in one transaction: all of them happen, or none. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN');
  try {
    const result = await work();
    await session.query('COMMIT');
    return result;
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

/** Leaves a transaction that failed. A connection that is gone rolls back by itself; what went wrong first is what matters. */
export async function rollBack(session: Session): Promise<void> {
  await session.query('ROLLBACK').catch(() => {});
}
