import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { formatInstant } from '../../core/format-instant.ts';
import { type OwnEnd, refuseIfRenewed, refuseUntilDue } from '../../core/leases/refuse-early-end.ts';
import type { MarkPlace } from '../../core/signing/user-mark.ts';
import { type AskApi, isNameable, type ManagementTarget, openApi, segment } from './management-api.ts';
import type { VhostPermissions, VhostTopics } from './permissions.ts';
import { markUser, rabbitmqNow, requireSameServer, serverId } from './rabbitmq-marks.ts';
import { found, put, refused, remove } from './rabbitmq-requests.ts';
import { tryRabbitmqLogin } from './try-rabbitmq-login.ts';

/** How often we look in one attempt: with 50 ms between, two seconds. */
const LOOKS = 40;
const BETWEEN_LOOKS = 50;
/** How often the same ones must have been closed in vain. */
const SAME_LOOKS = 8;
const connectionList = z.array(z.object({ name: z.string() }));
const permissionList = z.array(z.object({ vhost: z.string() }));

/** What a new user is made of. */
export interface NewUser {
  readonly name: string;
  /** The lease's nonce. */
  readonly lease: string;
  /** Seconds. */
  readonly ttl: number;
  readonly password: string;
  /** 4 random bytes. */
  readonly salt: Uint8Array;
  readonly tags: string;
  readonly vhosts: VhostPermissions;
  readonly vhostTopics: VhostTopics;
}

/** What RabbitMQ stores instead of a password: a salt of 4 bytes, and SHA-256 over it and the password, in base64. */
export function passwordHash(password: string, salt: Uint8Array): string {
  const hash = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString('base64');
}

/**
 * Makes the user: without a password at first, which nobody can log in with, then its mark, and with a password when all its
 * permissions are set. Asked again it starts over. What it answers is remembered in the lease.
 */
export async function createUser(
  ask: AskApi,
  place: MarkPlace,
  user: NewUser,
): Promise<{ readonly serverId?: string; readonly until: string }> {
  const path = `users/${segment(user.name)}`;
  const server = await serverId(ask);
  await put(ask, path, { password_hash: '', tags: '' });
  const until = (await rabbitmqNow(ask)) + Math.round(user.ttl * 1000);
  const vhosts = Object.keys(user.vhosts);
  await markUser(ask, place, { name: user.name, server, vhosts }, { lease: user.lease, until });
  for (const [vhost, allowed] of Object.entries(user.vhosts)) {
    await allow(ask, 'permissions', { vhost, name: user.name }, allowed);
  }
  for (const [vhost, exchanges] of Object.entries(user.vhostTopics)) {
    for (const [exchange, allowed] of Object.entries(exchanges)) {
      await allow(ask, 'topic-permissions', { vhost, name: user.name }, { exchange, ...allowed });
    }
  }
  await put(ask, path, {
    password_hash: passwordHash(user.password, user.salt),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags: user.tags,
  });
  return { ...(server === undefined ? {} : { serverId: server }), until: formatInstant(until) };
}

async function allow(
  ask: AskApi,
  kind: 'permissions' | 'topic-permissions',
  { vhost, name }: { readonly vhost: string; readonly name: string },
  allowed: object,
): Promise<void> {
  const answer = await ask('PUT', `${kind}/${segment(vhost)}/${segment(name)}`, allowed);
  if (answer.status < 300) return;
  const { reason } = (answer.body ?? {}) as { readonly reason?: unknown };
  if (answer.status === 404 || /not_found/.test(String(reason))) {
    throw new KeywardenError('target-unavailable', `RabbitMQ has no virtual host "${vhost}"`);
  }
  throw refused(answer);
}

/** Moves the deadline that the user's mark tells. Throws `target-unavailable` when the user is no longer there. */
export async function renewUser(ask: AskApi, place: MarkPlace, user: MadeUser, ttl: number): Promise<void> {
  const mark = await requireSameServer(ask, place, user);
  if ((await found(ask, `users/${segment(user.name)}`)) === undefined) {
    throw alive('the user is gone, so there is nothing to renew');
  }
  const server = mark?.server ?? (await serverId(ask));
  const until = (await rabbitmqNow(ask)) + Math.round(ttl * 1000);
  await markUser(ask, place, { name: user.name, server, vhosts: [] }, { lease: user.lease, until });
}

/** A user as its lease knows it. */
export interface MadeUser {
  readonly name: string;
  /** The lease's nonce. */
  readonly lease: string;
  /** What the server told when it was made, if it did. */
  readonly serverId: string | undefined;
}

/** What ending a user leaves to be proven. */
export interface EndedUser {
  readonly wasThere: boolean;
  /** Connections that are over and that the server's book still names. */
  readonly leftovers: readonly string[];
}

/** Ends a user, from whatever state it is in: no more logins, no permissions, no connections, no user. */
export async function endUser(
  ask: AskApi,
  place: MarkPlace,
  user: MadeUser,
  expiry: OwnEnd | undefined,
  signal: AbortSignal,
): Promise<EndedUser> {
  const path = `users/${segment(user.name)}`;
  const mark = await requireSameServer(ask, place, user);
  const deadline = { until: mark?.until, now: await rabbitmqNow(ask) };
  refuseIfRenewed(expiry, deadline);
  const wasThere = (await found(ask, path)) !== undefined;
  if (wasThere) {
    await put(ask, path, { password_hash: '', tags: '' });
    const permissions = permissionList.catch([]).parse(await found(ask, `${path}/permissions`));
    // What the API cannot name goes with the user.
    for (const { vhost } of permissions.filter((one) => isNameable(one.vhost))) {
      await remove(ask, `permissions/${segment(vhost)}/${segment(user.name)}`);
    }
  }
  const leftovers = await endConnections(ask, user.name, signal);
  if (wasThere) refuseUntilDue(expiry, deadline);
  await remove(ask, path);
  return { wasThere, leftovers };
}

/**
 * Shows that a user is dead: no such user, no connection, its password refused. Anything else is unknown, never proof.
 *
 * @param password undefined when it is erased already
 */
export async function proveDead(
  target: ManagementTarget,
  user: { readonly name: string; readonly password: string | undefined; readonly ended: EndedUser },
  signal: AbortSignal,
): Promise<string[]> {
  const ask = openApi(target, signal);
  if ((await found(ask, `users/${segment(user.name)}`)) !== undefined) throw alive('the user is still there');
  const { wasThere, leftovers } = user.ended;
  const open = await connectionsOf(ask, user.name);
  if (!open.every((one) => leftovers.includes(one))) throw alive('a connection of the user is still open');
  const checks = ['no such user', 'no connection'];
  if (user.password !== undefined) {
    const door = await tryRabbitmqLogin(target, { username: user.name, password: user.password }, signal);
    if (door === 'accepted') throw alive('its password still opens the door');
    checks.push('login refused: 401');
  }
  if (!wasThere) checks.push('the user was already gone');
  if (open.length > 0) checks.push(`${open.length} connections that are over are still in the server's book`);
  return checks;
}

/**
 * Ends every connection of the user, until two looks in a row find none. The server's book of connections can keep one whose
 * client left at the very moment it came: such a leftover stays in it for ever, and is told from a connection by having been
 * closed by the server, again and again, without the statistics knowing it either.
 *
 * @returns the names of such leftovers
 */
async function endConnections(ask: AskApi, name: string, signal: AbortSignal): Promise<readonly string[]> {
  let quietLooks = 0;
  let sameLooks = 0;
  let before: readonly string[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const open = await connectionsOf(ask, name);
    // Answered once the server has told each of them that it is over, after which it does nothing more for its client.
    if (open.length > 0) await remove(ask, `connections/username/${segment(name)}`);
    quietLooks = open.length === 0 ? quietLooks + 1 : 0;
    sameLooks = open.length > 0 && open.every((one) => before.includes(one)) ? sameLooks + 1 : 0;
    if (quietLooks === 2) return [];
    if (sameLooks >= SAME_LOOKS && !(await anyInStatistics(ask, open))) return open;
    before = open;
    await pause(BETWEEN_LOOKS, undefined, { signal });
  }
  throw alive('the user is disabled, but a connection of it does not end');
}

async function anyInStatistics(ask: AskApi, names: readonly string[]): Promise<boolean> {
  for (const one of names) {
    if ((await found(ask, `connections/${segment(one)}?columns=name`)) !== undefined) return true;
  }
  return false;
}

/** By the server's own book of connections: the plain list is made of statistics, which come seconds late. */
async function connectionsOf(ask: AskApi, name: string): Promise<readonly string[]> {
  const list = await found(ask, `connections/username/${segment(name)}?columns=name`);
  const names = connectionList.safeParse(list);
  if (names.success) return names.data.map((connection) => connection.name);
  throw alive('this RabbitMQ does not tell who is connected: it needs 3.10 or newer');
}

function alive(words: string): KeywardenError {
  return new KeywardenError('target-unavailable', words);
}
