/**
 * Redis, by its ACL users. It knows no deadline for a user, so a user here needs Keywarden to die; its mark tells until
 * when. Without an ACL file a restart of the server forgets all users, and which server it was (`same-redis.ts`).
 */
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { formatInstant } from '../../../core/format-instant.ts';
import type { Proof } from '../../../core/leases/lease-lifecycle.ts';
import { refuseIfRenewed, refuseUntilDue } from '../../../core/leases/refuse-early-end.ts';
import type { MarkPlace } from '../../../core/signing/user-mark.ts';
import { USUAL_TEMPLATE } from '../../../core/username-template/make-username.ts';
import type { DatabasePlugin, DatabaseServer, Door } from '../database-plugin.ts';
import { rehearseUser } from '../rehearse-user.ts';
import { checkRedis } from './check-redis.ts';
import { enterRedis } from './enter-redis.ts';
import { listMarkedRedis } from './list-marked-redis.ts';
import { redisCode, redisError } from './redis-errors.ts';
import {
  canMark,
  markRule,
  moveMark,
  ownServerId,
  redisIdentities,
  redisNow,
  rulesOf,
} from './redis-marks.ts';
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
import { requireSameRedis } from './same-redis.ts';

const WRONG_PASSWORD = 'WRONGPASS';
const FORGOTTEN =
  'the server was restarted since the user was made, and keeps no users (persistence_mode=none)';
const FORGETFUL =
  'the server keeps its users in memory alone: once it was restarted nothing tells it from another one, and keycards of before cannot be proven dead. Start it with an aclfile, or set persistence_mode=none to say that a restart is the end of all users';

/** Redis behind the engine's interface. */
export const redisPlugin: DatabasePlugin = {
  names: ['redis-database-plugin'],
  title: 'Redis',
  username: { template: USUAL_TEMPLATE, longest: 63 },
  promise: 'needs-keywarden',
  redactUrl: (connectionUrl) => connectionUrl.replace(/^(\w+:\/\/)[^/@]*@/, '$1*****@'),
  urlFromFields: redisUrl,
  connect: (secret, { id, signer }) =>
    serverOf(redisTarget(secret), { signer, kind: 'redis', connection: id }),
  showDetails: redisDetails,
  plainStatements: [],
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

function serverOf(target: RedisTarget, place: MarkPlace): DatabaseServer {
  const { persistence } = target;
  const tryLogin = (account: { name: string; password: string }, signal: AbortSignal) =>
    tryRedisLogin({ ...target, user: account.name, password: account.password }, signal);
  const server: DatabaseServer = {
    address: `${target.host}:${target.port}`,
    user: target.user,
    database: '',
    check: (signal) => withRedisSession(target, signal, checkRedis),
    identities: (signal) => withRedisSession(target, signal, redisIdentities),

    createUser: ({ user, password, statements, ttl }, signal) =>
      withRedisSession(target, signal, async (command) => {
        await signConnection(command, user.lease);
        const serverId = await ownServerId(command);
        const madeAt = await redisNow(command);
        const until = madeAt + Math.round(ttl * 1000);
        const mark = markRule(place, serverId, user.name, { lease: user.lease, until });
        const rules = (await canMark(command)) ? [...statements, mark] : statements;
        // One command: a half-made user cannot stay behind, and asked again it starts over.
        await command('ACL', 'SETUSER', user.name, 'reset', ...rules, passwordRule(password), 'on');
        await keepUsers(command, persistence);
        return { serverId, until: formatInstant(until), madeAt };
      }),

    endUser: (user, { password, expiry }, signal) =>
      withRedisSession(target, signal, async (command): Promise<Proof> => {
        await endOwnConnections(command, user.lease);
        const rules = await rulesOf(command, user.name);
        const { mark, hasForgotten } = await requireSameRedis(command, place, user, { rules, persistence });
        const deadline = { until: mark?.until, now: await redisNow(command) };
        refuseIfRenewed(expiry, deadline);
        if (rules !== undefined) {
          await command('ACL', 'SETUSER', user.name, 'off');
          await endClients(command, user.name);
          refuseUntilDue(expiry, deadline);
        }
        await command('ACL', 'DELUSER', user.name);
        await keepUsers(command, persistence);
        const checks = await proveGone(command, user.name);
        if (password !== undefined) {
          checks.push(refusal(await tryLogin({ name: user.name, password }, signal)));
        }
        if (rules === undefined) checks.push('the user was already gone');
        return { checks: hasForgotten ? [...checks, FORGOTTEN] : checks };
      }),

    renewUser: (user, ttl, _statements, signal) =>
      withRedisSession(target, signal, async (command) => {
        const rules = await rulesOf(command, user.name);
        const { mark } = await requireSameRedis(command, place, user, { rules, persistence });
        if (rules === undefined) throw alive('the user is gone, so there is nothing to renew');
        if (!(await canMark(command))) return;
        const at = { name: user.name, server: mark?.server ?? (await ownServerId(command)) };
        const until = (await redisNow(command)) + Math.round(ttl * 1000);
        await moveMark(command, place, at, { lease: user.lease, until });
        await keepUsers(command, persistence);
      }),

    listMarked: (others, signal) =>
      withRedisSession(target, signal, (command) => listMarkedRedis(command, place, others)),

    async rehearse({ users: [user] }, asked) {
      const { missing, promise } = await rehearseUser(user, asked, {
        right: "the connection's user needs +client",
        steps: (signal) => ({
          create: (wanted) => server.createUser(wanted, signal),
          enter: ({ user: { name }, password }) => enterRedis({ ...target, user: name, password }, signal),
          end: ({ user: guest, password }, told) =>
            server.endUser({ ...guest, remembered: told }, { statements: [], password }, signal),
        }),
      });
      const keeps = await withRedisSession(target, asked, (command) => keepUsers(command, persistence)).catch(
        () => true,
      );
      return { missing: keeps || persistence === 'none' ? missing : [...missing, FORGETFUL], promise };
    },

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
  return server;
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
