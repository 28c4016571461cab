/**
 * What this vault leaves on a server besides users. RabbitMQ has no comments on users, and their tags are atoms of its
 * machine, which are never freed: a tag for each user would bring it down in the end. But a user may be held to patterns in
 * what it sends to a topic exchange, and such a permission can only take away: so the mark is one for an exchange that is not
 * there, with a pattern that matches nothing and goes on with the mark's text. The server removes it with its user.
 */
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { anotherServer } from '../../core/leases/another-server.ts';
import {
  type MarkPlace,
  type ReadMark,
  type SortedMarks,
  sortMarks,
  type UserMark,
  writeMark,
} from '../../core/signing/user-mark.ts';
import { type AskApi, isNameable, segment } from './management-api.ts';
import { found, put } from './rabbitmq-requests.ts';

const EXCHANGE = 'keywarden:mark';
/** In Perl's regular expressions: what must not be followed by nothing, which everything is. */
const NEVER = '(?!)';
const topics = z.array(
  z.object({ user: z.string(), vhost: z.string(), exchange: z.string(), write: z.string() }),
);
const vhosts = z.array(z.object({ name: z.string() }));
const parameter = z.object({ value: z.string() });

/** Our id of the connection is the mount's, which has one. */
export function markPlace(signer: MarkPlace['signer'], mount: string): MarkPlace {
  return { signer, kind: 'rabbitmq', connection: mount };
}

/**
 * What tells one server (or cluster) from another, whatever its address: the id that it gave to itself at its first start.
 * It goes with definitions that are exported, as the users do. Undefined on servers that are too old to have one.
 */
export async function serverId(ask: AskApi): Promise<string | undefined> {
  const told = parameter.safeParse(await found(ask, 'global-parameters/internal_cluster_id'));
  return told.success ? told.data.value : undefined;
}

/** The server's clock, in milliseconds since 1970. */
export async function rabbitmqNow(ask: AskApi): Promise<number> {
  const { at } = await ask('GET', 'whoami');
  if (at === undefined)
    throw new KeywardenError('target-unavailable', 'the server tells no time in its answers');
  return at;
}

/** Marks a user, or moves what its mark says. */
export async function markUser(
  ask: AskApi,
  place: MarkPlace,
  user: { readonly name: string; readonly server: string | undefined; readonly vhosts: readonly string[] },
  mark: UserMark,
): Promise<void> {
  const vhost = (await marksOf(ask, user.name))[0]?.vhost ?? (await anyVhost(ask, user.vhosts));
  // Without a virtual host there is nothing that a user could do, and nowhere to write.
  if (vhost === undefined) return;
  const write = NEVER + writeMark(place, user.server ?? '', user.name, mark);
  const path = `topic-permissions/${segment(vhost)}/${segment(user.name)}`;
  await put(ask, path, { exchange: EXCHANGE, write, read: NEVER });
}

/** All marks on the server. */
export async function allMarks(
  ask: AskApi,
  place: MarkPlace,
  server: string | undefined,
  others: readonly string[],
): Promise<SortedMarks> {
  const all = topics.parse((await found(ask, 'topic-permissions')) ?? []).filter(isMark);
  return sortMarks(place, [server ?? ''], others, all.map(asText));
}

/**
 * Throws `target-unavailable` when another server answers than the one that made the user: one that has not its id, and
 * not the user with its mark either.
 *
 * @returns the user's mark, if it is there and holds
 */
export async function requireSameServer(
  ask: AskApi,
  place: MarkPlace,
  user: { readonly name: string; readonly lease: string; readonly serverId: string | undefined },
): Promise<ReadMark | undefined> {
  const { serverId: made } = user;
  const here = await serverId(ask);
  const texts = (await marksOf(ask, user.name)).map(asText);
  const [found] = sortMarks(place, [here ?? '', made ?? ''], [], texts).marks;
  const mark = found?.lease === user.lease ? found : undefined;
  if (made === undefined || here === undefined || here === made || mark) return mark;
  throw anotherServer();
}

async function marksOf(ask: AskApi, name: string): Promise<z.output<typeof topics>> {
  const its = await found(ask, `users/${segment(name)}/topic-permissions`);
  return topics
    .catch([])
    .parse(its ?? [])
    .filter(isMark);
}

async function anyVhost(ask: AskApi, wanted: readonly string[]): Promise<string | undefined> {
  const there = vhosts.parse((await found(ask, 'vhosts?columns=name')) ?? []).map(({ name }) => name);
  return wanted.find((name) => there.includes(name)) ?? there.find(isNameable);
}

function isMark({ exchange }: { readonly exchange: string }): boolean {
  return exchange === EXCHANGE;
}

function asText({ user, write }: { readonly user: string; readonly write: string }) {
  return { name: user, text: write.startsWith(NEVER) ? write.slice(NEVER.length) : write };
}
