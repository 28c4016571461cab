import { asKeywardenError, KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { withLoneSession } from './connection-pools.ts';
import type { ConnectionTarget } from './connection-target.ts';
import { countSessions, endSessions, LOOKS } from './end-sessions.ts';
import { proveGone } from './prove-dead.ts';
import type { Session } from './session.ts';

/** The other servers of a connection, where a user of the first one can log in as well. */
export interface Replicas {
  /**
   * Ends the sessions there of a role that may not log in any more, as soon as each has heard of that. Before the role is
   * dropped: then only a superuser could.
   */
  shutOut(oid: number): Promise<void>;
  /** Ends the role's sessions there. */
  endSessions(oid: number): Promise<void>;
  /** How many an account has there. */
  countSessions(name: string): Promise<number>;
  /** Shows that role and sessions are gone there too, as far as each has followed the first server. */
  proveGone(user: { readonly name: string; readonly oid: number | undefined }): Promise<readonly string[]>;
}

/** The replicas that a connection names. One that cannot be asked is no proof: throws `target-unavailable` with its name. */
export function replicasOf(target: ConnectionTarget, signal: AbortSignal): Replicas {
  const onEach = <T>(work: (session: Session, address: string) => Promise<T>): Promise<T[]> =>
    Promise.all(
      target.replicas.map(async (replica) => {
        const address = `${replica.host}:${replica.port}`;
        try {
          return await withLoneSession({ ...target, ...replica }, signal, (session) =>
            work(session, address),
          );
        } catch (error) {
          throw new KeywardenError('target-unavailable', `on ${address}: ${asKeywardenError(error).message}`);
        }
      }),
    );
  return {
    async shutOut(oid) {
      await onEach(async (session) => {
        // At once, also where it lags: who is told to go now need not wait for that.
        await endSessions(session, oid);
        if (await awaitDisabled(session, oid)) await endSessions(session, oid);
      });
    },
    async endSessions(oid) {
      await onEach((session) => endSessions(session, oid));
    },
    async countSessions(name) {
      const open = await onEach((session) => countSessions(session, name));
      return open.reduce((sum, count) => sum + count, 0);
    },
    proveGone: (user) =>
      onEach(async (session, address) => {
        await proveGone(session, user);
        return `no such role and no session on ${address}`;
      }),
  };
}

/** Waits two seconds at most until the server has followed the first one. @returns whether that took any time */
async function awaitDisabled(session: Session, oid: number): Promise<boolean> {
  for (let look = 0; look < LOOKS; look += 1) {
    const able = await session.query(
      `SELECT FROM pg_catalog.pg_roles WHERE oid = ${Number(oid)} AND rolcanlogin`,
    );
    if (able.length === 0) return look > 0;
    await session.query('SELECT pg_sleep(0.05)');
  }
  throw new KeywardenError('target-unavailable', 'this copy lags behind, and still lets the user in');
}
