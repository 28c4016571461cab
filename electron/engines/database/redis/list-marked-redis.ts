import { formatInstant } from '../../../core/format-instant.ts';
import { type MarkPlace, sortMarks } from '../../../core/signing/user-mark.ts';
import type { MarkedUsers } from '../database-plugin.ts';
import { canMark, listRules, redisNow, serverIds, textsIn } from './redis-marks.ts';
import type { RedisCommand } from './redis-session.ts';

/**
 * Lists the users with a mark of this vault, and what looks like one and is not. A server that knows no selectors tells the
 * names that might be ours instead: somebody else's Vault names its users alike, so that nothing may follow from a name.
 */
export async function listMarkedRedis(
  command: RedisCommand,
  place: MarkPlace,
  others: readonly string[],
): Promise<MarkedUsers> {
  const now = await redisNow(command);
  const servers = await serverIds(command);
  const all = await listRules(command);
  const texts = all.flatMap(({ name, text }) => textsIn(name, text));
  const { marks, findings } = sortMarks(place, servers, others, texts);
  const users = marks.map(({ name, lease, until, server }) => ({
    name,
    lease,
    until,
    left: (until - now) / 1000,
    remembered: { serverId: server, until: formatInstant(until) },
  }));
  if (await canMark(command)) return { users, findings };
  return { users, findings, unmarked: all.map(({ name }) => name).filter((name) => name.startsWith('v-')) };
}
