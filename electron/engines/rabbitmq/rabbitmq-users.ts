import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type Answer, type AskApi, type ManagementTarget, openApi } from './management-api.ts';
import type { VhostPermissions, VhostTopics } from './permissions.ts';

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
 * Makes the user: without a password at first, which nobody can log in with, and with one when all its permissions are
 * set. Asked again it starts over.
 */
export async function createUser(ask: AskApi, user: NewUser): Promise<void> {
  const path = `users/${encodeURIComponent(user.name)}`;
  await put(ask, path, { password_hash: '', tags: '' });
  for (const [vhost, allowed] of Object.entries(user.vhosts)) {
    await put(ask, `permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(user.name)}`, allowed);
  }
  for (const [vhost, exchanges] of Object.entries(user.vhostTopics)) {
    for (const [exchange, allowed] of Object.entries(exchanges)) {
      const topic = `topic-permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(user.name)}`;
      await put(ask, topic, { exchange, ...allowed });
    }
  }
  await put(ask, path, {
    password_hash: passwordHash(user.password, user.salt),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags: user.tags,
  });
}

/** What ending a user leaves to be proven. */
export interface EndedUser {
  readonly wasThere: boolean;
  /** Connections that are over and that the server's book still names. */
  readonly leftovers: readonly string[];
}

/** Ends a user, from whatever state it is in: no more logins, no permissions, no connections, no user. */
export async function endUser(ask: AskApi, name: string, signal: AbortSignal): Promise<EndedUser> {
  const path = `users/${encodeURIComponent(name)}`;
  const wasThere = (await found(ask, path)) !== undefined;
  if (wasThere) {
    await put(ask, path, { password_hash: '', tags: '' });
    const permissions = permissionList.catch([]).parse(await found(ask, `${path}/permissions`));
    for (const { vhost } of permissions) {
      await remove(ask, `permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`);
    }
  }
  const leftovers = await endConnections(ask, name, signal);
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
  if ((await found(ask, `users/${encodeURIComponent(user.name)}`)) !== undefined)
    throw alive('the user is still there');
  const { wasThere, leftovers } = user.ended;
  const open = await connectionsOf(ask, user.name);
  if (!open.every((one) => leftovers.includes(one))) throw alive('a connection of the user is still open');
  const checks = ['no such user', 'no connection'];
  if (user.password !== undefined) {
    const stranger = openApi({ ...target, username: user.name, password: user.password }, signal);
    checks.push(loginRefused(await stranger('GET', 'whoami')));
  }
  if (!wasThere) checks.push('the user was already gone');
  if (open.length > 0) checks.push(`${open.length} connections that are over are still in the server's book`);
  return checks;
}

/** Who may not use the API is told so with 401 as well, after the password was found right: that is no refusal. */
function loginRefused({ status, body }: Answer): string {
  const { error, reason } = (body ?? {}) as { readonly error?: unknown; readonly reason?: unknown };
  // A proxy in front of the server answers with 401 as well, and has looked at no password.
  if (status === 401 && !/^not_authori[sz]ed$/.test(String(error))) {
    throw alive('the login was answered by something else than RabbitMQ');
  }
  if (status === 401 && !/management|localhost/i.test(String(reason))) return 'login refused: 401';
  throw alive(
    status === 200 || status === 401
      ? 'its password still opens the door'
      : `the login was answered with ${status}`,
  );
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
    if (open.length > 0) await remove(ask, `connections/username/${encodeURIComponent(name)}`);
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
    if ((await found(ask, `connections/${encodeURIComponent(one)}?columns=name`)) !== undefined) return true;
  }
  return false;
}

/** By the server's own book of connections: the plain list is made of statistics, which come seconds late. */
async function connectionsOf(ask: AskApi, name: string): Promise<readonly string[]> {
  const list = await found(ask, `connections/username/${encodeURIComponent(name)}?columns=name`);
  const names = connectionList.safeParse(list);
  if (names.success) return names.data.map((connection) => connection.name);
  throw alive('this RabbitMQ does not tell who is connected: it needs 3.10 or newer');
}

async function put(ask: AskApi, path: string, body: unknown): Promise<void> {
  const answer = await ask('PUT', path, body);
  if (answer.status >= 300) throw refused(answer);
}

async function remove(ask: AskApi, path: string): Promise<void> {
  const answer = await ask('DELETE', path);
  if (answer.status >= 300 && answer.status !== 404) throw refused(answer);
}

/** What is there; undefined for 404. */
export async function found(ask: AskApi, path: string): Promise<unknown> {
  const answer = await ask('GET', path);
  if (answer.status === 404) return undefined;
  if (answer.status >= 300) throw refused(answer);
  return answer.body;
}

function refused({ status, body }: Answer): KeywardenError {
  const reason = String((body as { reason?: unknown } | undefined)?.reason ?? '').slice(0, 200);
  if (status === 401 || status === 403) {
    const words = /administrator/i.test(reason)
      ? "the connection's user lacks a right: it needs the tag administrator"
      : 'RabbitMQ refused the user name or password';
    return alive(words);
  }
  return alive(`RabbitMQ refused (${status}${reason === '' ? '' : `: ${reason}`})`);
}

function alive(words: string): KeywardenError {
  return new KeywardenError('target-unavailable', words);
}
