import { asKeywardenError, KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { withLoneSession } from './connection-pools.ts';
import type { ConnectionTarget } from './connection-target.ts';
import { endSessions } from './end-sessions.ts';
import { proveGone } from './prove-dead.ts';
import type { Session } from './session.ts';

/** The other servers of a connection, where a user of the first one can log in as well. */
export interface Replicas {
  /** Ends the role's sessions there, while we may: once the role is dropped, only a superuser could. */
  endSessions(oid: number): Promise<void>;
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
    async endSessions(oid) {
      await onEach((session) => endSessions(session, oid));
    },
    proveGone: (user) =>
      onEach(async (session, address) => {
        await proveGone(session, user);
        return `no such role and no session on ${address}`;
      }),
  };
}
