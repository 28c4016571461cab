import type { Session } from './session.ts';

const OURS = 'SET search_path TO pg_catalog';

/**
 * What we call is the server's own, whatever database users have put into schemas that they may write to: a function or
 * operator that fits a call better than the server's would run with our rights (CVE-2018-1058). Once on each socket.
 */
export function takeOwnPath(session: Session): Promise<void> {
  return session.once('search_path', async () => {
    await session.query(OURS);
  });
}

/** Statements that a person has written, within a transaction: under the path that the server and the connection give them. */
export function underTheirPath(statements: readonly string[]): readonly string[] {
  return statements.length === 0 ? [] : ['SET LOCAL search_path TO DEFAULT', ...statements, OURS];
}
