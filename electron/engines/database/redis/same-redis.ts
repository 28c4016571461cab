import { z } from 'zod';
import { anotherServer } from '../../../core/leases/another-server.ts';
import type { MarkPlace, ReadMark } from '../../../core/signing/user-mark.ts';
import type { LeasedUser } from '../database-plugin.ts';
import { markIn, serverIds } from './redis-marks.ts';
import { isReply, type RedisCommand } from './redis-session.ts';
import type { Persistence } from './redis-target.ts';

const remembered = z.object({ serverId: z.string().optional(), madeAt: z.number().optional() });

/** What shows that the server is the one that made a user. */
export interface SameRedis {
  /** The user's mark, if it is there and holds. */
  readonly mark: ReadMark | undefined;
  /** It was restarted since, and keeps no users over a restart. */
  readonly hasForgotten: boolean;
}

/**
 * Throws `target-unavailable` when another server answers than the one that made the user: one that has not its id, and not
 * the user with its mark either.
 *
 * A server that keeps its users in memory alone has forgotten its id too when it is back, and nothing on it tells it from
 * another one. That is no proof, unless `persistence_mode` is `none`: there a person has said that a restart is the end of
 * all users, and what is looked at is that the server began after the user was made.
 *
 * @param rules the user's, as text; undefined where there is no such user
 */
export async function requireSameRedis(
  command: RedisCommand,
  place: MarkPlace,
  user: LeasedUser,
  { rules, persistence }: { readonly rules: string | undefined; readonly persistence: Persistence },
): Promise<SameRedis> {
  const { serverId: made, madeAt } = remembered.parse(user.remembered);
  const here = await serverIds(command);
  const known = made === undefined ? here : [made, ...here];
  const found = rules === undefined ? undefined : markIn(place, known, { name: user.name, rules });
  const mark = found?.lease === user.lease ? found : undefined;
  if (made === undefined || here.includes(made) || mark) return { mark, hasForgotten: false };
  if (persistence === 'none' && madeAt !== undefined && (await startedAt(command)) > madeAt) {
    return { mark: undefined, hasForgotten: true };
  }
  throw anotherServer(' (or it keeps its users in memory alone and was restarted)');
}

/** When the process began, by its own clock; 0 where it does not tell. */
async function startedAt(command: RedisCommand): Promise<number> {
  try {
    const info = String(await command('INFO', 'server'));
    const micros = Number(/server_time_usec:(\d+)/.exec(info)?.[1] ?? 0);
    const up = Number(/uptime_in_seconds:(\d+)/.exec(info)?.[1] ?? Number.POSITIVE_INFINITY);
    return micros / 1000 - up * 1000;
  } catch (error) {
    if (isReply(error)) return 0;
    throw error;
  }
}
