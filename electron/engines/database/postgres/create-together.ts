import { type PooledConnection, withSession } from './connection-pools.ts';
import { createUser } from './create-user.ts';
import { type CreatedUser, createUsers, type NewUser } from './create-users.ts';
import { isRefusal } from './error-words.ts';
import { createGathering } from './gathering.ts';
import type { Marker } from './mark-role.ts';

interface Asked {
  readonly wanted: NewUser;
  /** Aborts when nobody wants the user any more. */
  readonly signal: AbortSignal;
}

/**
 * Several users in one transaction cost little more than one. Apart they would wait all the same: since PostgreSQL 16 for
 * one another's commit, where they become members of one group.
 */
const gathering = createGathering<Asked, CreatedUser>({ groups: 2, largest: 16 });

/**
 * Creates a user, together with those of the same connection and the same statements that are asked for at that moment.
 * Throws `target-unavailable` with a reason that is safe to show.
 */
export function createTogether(
  connection: PooledConnection,
  wanted: NewUser,
  marker: Marker,
  signal: AbortSignal,
): Promise<CreatedUser> {
  const place = [connection.id, connection.version, ...wanted.statements].join('\n');
  return gathering.join(place, { wanted, signal }, (group) => createGroup(connection, group, marker));
}

/** All in one transaction; where the server refuses that, each by itself: what is wrong with one spoils no other. */
async function createGroup(
  connection: PooledConnection,
  group: readonly Asked[],
  marker: Marker,
): Promise<readonly PromiseSettledResult<CreatedUser>[]> {
  if (group.length > 1) {
    try {
      const users = group.map(({ wanted }) => wanted);
      const made = await withSession(connection, allAborted(group), (session) =>
        createUsers(session, users, marker),
      );
      return made.map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  const alone = ({ wanted, signal }: Asked) =>
    withSession(connection, signal, (session) => createUser(session, wanted, marker));
  return await Promise.allSettled(group.map(alone));
}

/** Aborts when nobody of the group is wanted any more. */
function allAborted(group: readonly Asked[]): AbortSignal {
  const controller = new AbortController();
  let wanted = group.length;
  const leave = () => {
    wanted -= 1;
    if (wanted === 0) controller.abort();
  };
  for (const { signal } of group) {
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }
  return controller.signal;
}
