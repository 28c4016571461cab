import type { ServerCheck } from '../database-plugin.ts';
import { redisNow } from './redis-marks.ts';
import { isReply, type RedisCommand } from './redis-session.ts';

/** Looks at the server with the connection's own user: what it is, and whether users can be made and ended there. */
export async function checkRedis(command: RedisCommand): Promise<ServerCheck> {
  const problems: string[] = [];
  const ask = async (missing: string, ...words: readonly [string, ...string[]]): Promise<string> => {
    try {
      return String(await command(...words));
    } catch (error) {
      if (!isReply(error)) throw error;
      problems.push(missing);
      return '';
    }
  };
  const user = await ask('This server is older than Redis 6: it has no users.', 'ACL', 'WHOAMI');
  await ask('The user may not manage users: it needs +acl.', 'ACL', 'USERS');
  await ask("The user may not see and end others' connections: it needs +client.", 'CLIENT', 'LIST');
  await redisNow(command).catch((error: unknown) => {
    if (!isReply(error)) throw error;
    problems.push('The user may not ask what time it is there: it needs +time.');
  });
  const info = await ask('', 'INFO', 'replication').then((replication) => {
    if (/role:slave/.test(replication))
      problems.push('This server is a replica: users made here are not its primary’s.');
    return ask('', 'INFO', 'server');
  });
  return {
    serverVersion: `Redis ${/redis_version:(\S+)/.exec(info)?.[1] ?? ''}`.trim(),
    database: '',
    user,
    superuser: false,
    problems: problems.filter((words) => words !== ''),
    groupRoles: [],
  };
}
