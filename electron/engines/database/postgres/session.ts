/** All that the steps of a database user's life need of a connection: so that they read as what they are. */
export interface Session {
  /** Runs one statement and answers with its rows. Throws what the server or the network said. */
  query<T = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<T[]>;
}

/** Runs steps in one transaction: all of them happen, or none. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN');
  try {
    const result = await work();
    await session.query('COMMIT');
    return result;
  } catch (error) {
    // A connection that is gone rolls back by itself; what went wrong first is what matters.
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
