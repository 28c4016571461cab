/**
 * What this vault leaves on a server besides users. Redis has no comments on users, but since version 7 a user may have
 * selectors: further sets of rules, each of which allows what all of its own rules allow. A selector that names a key and no
 * command allows nothing at all, whatever the user's other rules are: so it is the mark, `(~keywarden:2:…)`.
 *
 * The server's own id lies in the same way in a user of ours that is off. It has to lie with the users, and where they are
 * kept: keys and replication ids are shared by replicas, which do not have the users, and a run id ends with the process.
 */
import {
  type MarkedName,
  type MarkPlace,
  type ReadMark,
  sortMarks,
  type UserMark,
  writeMark,
} from '../../../core/signing/user-mark.ts';
import { isReply, type RedisCommand } from './redis-session.ts';

const SERVER = 'keywarden-server';
const SERVER_KEY = 'keywarden:id:';
/** Ours and what looks so, wherever in the rules it stands. */
const TEXT = /keywarden:[^\s()]*/g;
/** A selector in the text that the server makes of a user's rules. */
const SELECTOR = /\((?:[^)]|\)(?! |$))*\)(?= |$)/g;

/** One user's rules as text; undefined where there is no such user. */
export async function rulesOf(command: RedisCommand, name: string): Promise<string | undefined> {
  const told = await command('ACL', 'GETUSER', name);
  return told === null ? undefined : flat(told);
}

/** The ids that this vault and others gave to the server; where two of them came at once there are two. */
export async function serverIds(command: RedisCommand): Promise<string[]> {
  return idsIn((await rulesOf(command, SERVER)) ?? '');
}

/** What the server is known by at this moment: its ids of ours, and its run id, which ends with the process. */
export async function redisIdentities(command: RedisCommand): Promise<string[]> {
  const run = await command('INFO', 'server').then(String, (error: unknown) => {
    if (isReply(error)) return '';
    throw error;
  });
  return [...(await serverIds(command)), ...(/run_id:(\w+)/.exec(run)?.slice(1) ?? [])];
}

/** The server's id, which it is given if it has none. The user that holds it is off, has no password, and may nothing. */
export async function ownServerId(command: RedisCommand): Promise<string> {
  const [known] = await serverIds(command);
  if (known !== undefined) return known;
  const id = String(await command('ACL', 'GENPASS', '128'));
  // Not reset: whoever came at the same time adds another one.
  await command('ACL', 'SETUSER', SERVER, 'off', `~${SERVER_KEY}${id}`);
  return id;
}

/** The server's clock, in milliseconds since 1970. */
export async function redisNow(command: RedisCommand): Promise<number> {
  try {
    const [seconds] = (await command('TIME')) as [string, string];
    return Number(seconds) * 1000;
  } catch (error) {
    if (!isReply(error)) throw error;
    const micros = /server_time_usec:(\d+)/.exec(String(await command('INFO', 'server')))?.[1];
    if (micros === undefined) throw error;
    return Math.floor(Number(micros) / 1000);
  }
}

/** Whether the server knows selectors. */
export async function canMark(command: RedisCommand): Promise<boolean> {
  return /\bselectors\b/.test((await rulesOf(command, 'default')) ?? '');
}

/** The rule that marks a user. */
export function markRule(place: MarkPlace, server: string, name: string, mark: UserMark): string {
  return `(~${writeMark(place, server, name, mark)})`;
}

/** Moves what a user's mark says, in one command: selectors can only be cleared together, so the others are set anew. */
export async function moveMark(
  command: RedisCommand,
  place: MarkPlace,
  user: { readonly name: string; readonly server: string },
  mark: UserMark,
): Promise<void> {
  const line = (await listRules(command)).find(({ name }) => name === user.name)?.text ?? '';
  const others = (line.match(SELECTOR) ?? []).filter((selector) => !selector.includes('keywarden:2:'));
  const rule = markRule(place, user.server, user.name, mark);
  await command('ACL', 'SETUSER', user.name, 'clearselectors', ...others, rule);
}

/** The mark in a user's rules, if this vault wrote it for this user on one of these servers. */
export function markIn(
  place: MarkPlace,
  servers: readonly string[],
  user: { readonly name: string; readonly rules: string },
): ReadMark | undefined {
  return sortMarks(place, servers, [], textsIn(user.name, user.rules)).marks[0];
}

/** All users with their rules as text, as the server's own file has them. */
export async function listRules(command: RedisCommand): Promise<MarkedName[]> {
  const lines = ((await command('ACL', 'LIST')) as unknown[]).map(String);
  return lines.map((line) => ({ name: line.split(' ')[1] ?? '', text: line }));
}

/** What in a user's rules is of the form of a mark. */
export function textsIn(name: string, rules: string): MarkedName[] {
  return (rules.match(TEXT) ?? [])
    .filter((text) => !text.startsWith(SERVER_KEY))
    .map((text) => ({ name, text }));
}

/** The ids in the rules of the user that holds them. */
export function idsIn(rules: string): string[] {
  const texts = (rules.match(TEXT) ?? []).filter((text) => text.startsWith(SERVER_KEY));
  return texts.map((text) => text.slice(SERVER_KEY.length)).sort();
}

function flat(reply: unknown): string {
  return Array.isArray(reply) ? reply.map(flat).join(' ') : String(reply);
}
