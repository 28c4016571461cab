/**
 * Redis, by its ACL users. It knows no deadline for a user, so a user here needs Keywarden to die. Without an ACL file a
 * restart of the server forgets all users, which counts as dead once it is proven.
 */
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { Proof } from '../../../core/leases/lease-lifecycle.ts';
import { USUAL_TEMPLATE } from '../../../core/username-template/make-username.ts';
import type { DatabasePlugin, DatabaseServer, Door } from '../database-plugin.ts';
import { checkRedis } from './check-redis.ts';
import { redisCode, redisError } from './redis-errors.ts';
import { redisRules } from './redis-rules.ts';
import { isReply, type RedisCommand, withRedis, withRedisSession } from './redis-session.ts';
import { type RedisTarget, redisDetails, redisTarget, redisUrl } from './redis-target.ts';
import {
  countClients,
  endClients,
  endOwnConnections,
  hasUser,
  keepUsers,
  passwordRule,
  signConnection,
} from './redis-users.ts';

const WRONG_PASSWORD = 'WRONGPASS';

/** Redis behind the engine's interface. */
export const redisPlugin: DatabasePlugin = {
  names: ['redis-database-plugin'],
  title: 'Redis',
  username: { template: USUAL_TEMPLATE, longest: 63 },
  promise: 'needs-keywarden',
  redactUrl: (connectionUrl) => connectionUrl.replace(/^(\w+:\/\/)[^/@]*@/, '$1*****@'),
  urlFromFields: redisUrl,
  connect: (secret) => serverOf(redisTarget(secret)),
  showDetails: redisDetails,
  creationStatements(statements, groupRole) {
    if (groupRole !== '') {
      throw new KeywardenError(
        'invalid-request',
        'Redis has no group roles: give ACL rules in creation_statements',
      );
    }
    return redisRules(statements);
  },
};

function serverOf(target: RedisTarget): DatabaseServer {
  const tryLogin = (account: { name: string; password: string }, signal: AbortSignal) =>
    tryRedisLogin({ ...target, user: account.name, password: account.password }, signal);
  return {
    address: `${target.host}:${target.port}`,
    user: target.user,
    database: '',
    check: (signal) => withRedisSession(target, signal, checkRedis),

    createUser: ({ user, password, statements }, signal) =>
      withRedisSession(target, signal, async (command) => {
        await signConnection(command, user.lease);
        // One command: a half-made user cannot stay behind, and asked again it starts over.
        await command('ACL', 'SETUSER', user.name, 'reset', ...statements, passwordRule(password), 'on');
        await keepUsers(command, target.persistence);
        return {};
      }),

    endUser: (user, { password }, signal) =>
      withRedisSession(target, signal, async (command): Promise<Proof> => {
        await endOwnConnections(command, user.lease);
        const was = await hasUser(command, user.name);
        if (was) await command('ACL', 'SETUSER', user.name, 'off');
        if (was) await endClients(command, user.name);
        await command('ACL', 'DELUSER', user.name);
        await keepUsers(command, target.persistence);
        const checks = await proveGone(command, user.name);
        if (password !== undefined) {
          checks.push(refusal(await tryLogin({ name: user.name, password }, signal)));
        }
        return { checks: was ? checks : [...checks, 'the user was already gone'] };
      }),

    setPassword: ({ name, password }, signal) =>
      withRedisSession(target, signal, async (command) => {
        // The command would make a user that is not there.
        if (!(await hasUser(command, name))) throw alive('there is no user of that name on the server');
        await command('ACL', 'SETUSER', name, 'resetpass', passwordRule(password));
        await keepUsers(command, target.persistence);
      }),

    sessions: (name, signal) => withRedisSession(target, signal, (command) => countClients(command, name)),
    endSessions: (name, signal) => withRedisSession(target, signal, (command) => endClients(command, name)),
    tryLogin,
  };
}

async function proveGone(command: RedisCommand, name: string): Promise<string[]> {
  if (await hasUser(command, name)) throw alive('the user is still there');
  if ((await countClients(command, name)) > 0) throw alive('a client of the user is still connected');
  return ['no such user', 'no client'];
}

function refusal(door: Door): string {
  if (door.kind === 'accepted') throw alive('its password still opens the door');
  if (door.kind === 'unknown') throw alive(door.reason);
  return `login refused: ${door.code}`;
}

async function tryRedisLogin(target: RedisTarget, signal: AbortSignal): Promise<Door> {
  try {
    await withRedis(target, signal, async () => {});
    return { kind: 'accepted' };
  } catch (error) {
    if (isReply(error) && redisCode(error) === WRONG_PASSWORD)
      return { kind: 'refused', code: WRONG_PASSWORD };
    return { kind: 'unknown', reason: redisError(error).message };
  }
}

function alive(words: string): KeywardenError {
  return new KeywardenError('target-unavailable', words);
}
