import { createHash } from 'node:crypto';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { RedisCommand } from './redis-session.ts';
import { isReply } from './redis-session.ts';
import type { Persistence } from './redis-target.ts';

/** How often we look in one attempt. */
const LOOKS = 40;

/** Names our own connection, so that whoever ends the user can end what is still in flight for it. */
export async function signConnection(command: RedisCommand, lease: string): Promise<void> {
  await command('CLIENT', 'SETNAME', `keywarden:${lease}`);
}

/** Ends connections of ours that an interrupted attempt left: nothing that they sent late can make the user anew. */
export async function endOwnConnections(command: RedisCommand, lease: string): Promise<void> {
  for (const line of String(await command('CLIENT', 'LIST')).split('\n')) {
    const fields = line.split(' ');
    const id = fields.find((field) => field.startsWith('id='))?.slice('id='.length);
    if (fields.includes(`name=keywarden:${lease}`) && id) await command('CLIENT', 'KILL', 'ID', id);
  }
}

/** What Redis stores instead of a password. */
export function passwordRule(password: string): string {
  return `#${createHash('sha256').update(password).digest('hex')}`;
}

/** Whether there is such a user. */
export async function hasUser(command: RedisCommand, name: string): Promise<boolean> {
  return (await command('ACL', 'GETUSER', name)) !== null;
}

/** How many clients are logged in as the user. */
export async function countClients(command: RedisCommand, name: string): Promise<number> {
  const list = String(await command('CLIENT', 'LIST'));
  return list.split('\n').filter((line) => line.split(' ').includes(`user=${name}`)).length;
}

/** Ends every client of the user, until two looks in a row find none. Throws `target-unavailable`. */
export async function endClients(command: RedisCommand, name: string): Promise<void> {
  let quietLooks = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    const open = await countClients(command, name);
    if (open > 0) await command('CLIENT', 'KILL', 'USER', name);
    quietLooks = open === 0 ? quietLooks + 1 : 0;
    if (quietLooks === 2) return;
  }
  throw new KeywardenError('target-unavailable', 'a client of the user does not end');
}

/**
 * Makes the server keep its users as they are now. After a removal this matters most: a file that somebody saved while the
 * user lived would bring it back at the next start.
 *
 * @returns whether a restart finds them there
 */
export async function keepUsers(command: RedisCommand, persistence: Persistence): Promise<boolean> {
  if (persistence === 'none') return false;
  if (persistence === 'rewrite') {
    await command('CONFIG', 'REWRITE');
    return true;
  }
  try {
    await command('ACL', 'SAVE');
    return true;
  } catch (error) {
    // Then a restart forgets them all, and which server it was as well.
    if (isReply(error) && /not configured to use an ACL file/i.test(error.message)) return false;
    throw error;
  }
}
