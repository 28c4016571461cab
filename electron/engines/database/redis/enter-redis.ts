import type { RehearsalGuest } from '../rehearse-user.ts';
import { redisError } from './redis-errors.ts';
import { isReply, openRedis } from './redis-session.ts';
import type { RedisTarget } from './redis-target.ts';

/** Logs in as a throw-away user and stays. Throws `target-unavailable` with a reason. */
export async function enterRedis(target: RedisTarget, signal: AbortSignal): Promise<RehearsalGuest> {
  signal.throwIfAborted();
  const { command, cut } = await openRedis(target).catch((error: unknown) => {
    throw redisError(error);
  });
  return {
    // A refusal is an answer: whoever is told that it may not is still in.
    isStillIn: () => command('PING').then(() => true, isReply),
    leave: cut,
  };
}
