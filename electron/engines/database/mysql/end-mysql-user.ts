import { z } from 'zod';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { anotherServer } from '../../../core/leases/another-server.ts';
import type { Proof } from '../../../core/leases/lease-lifecycle.ts';
import { refuseIfRenewed, refuseUntilDue } from '../../../core/leases/refuse-early-end.ts';
import type { MarkPlace, ReadMark } from '../../../core/signing/user-mark.ts';
import type { Door, LeasedUser, UserEnd } from '../database-plugin.ts';
import { maySeeSessions } from './global-grants.ts';
import {
  countDefined,
  findAccounts,
  findSessions,
  isMarkHost,
  lockUser,
  type MysqlAccount,
} from './mysql-accounts.ts';
import { isServersAnswer, mysqlCode } from './mysql-errors.ts';
import { markAmong, mysqlNow, serverIds } from './mysql-marks.ts';
import type { MysqlSession } from './mysql-session.ts';
import { fillMysqlStatement, splitMysqlStatements } from './mysql-statements.ts';

/** How often we look in one attempt: with 50 ms between, two seconds. */
const LOOKS = 40;
const NO_SUCH_SESSION = '1094';
const remembered = z.object({ serverId: z.string().optional() });

/**
 * Ends a user, from whatever state it is in, and proves it: no more logins, no sessions, the role's own revocation
 * statements, no account; then the looks, and the door. Each step stands on its own.
 */
export async function endMysqlUser(
  session: MysqlSession,
  user: LeasedUser,
  how: UserEnd,
  { place, tryDoor }: { readonly place: MarkPlace; readonly tryDoor: (() => Promise<Door>) | undefined },
): Promise<Proof> {
  await lockUser(session, user.lease);
  const accounts = await findAccounts(session, user.name);
  const mark = await requireSameServer(session, place, user, accounts);
  const deadline = { until: mark?.until, now: await mysqlNow(session) };
  refuseIfRenewed(how.expiry, deadline);
  const real = accounts.filter(({ host }) => !isMarkHost(host));
  for (const { quoted } of real) await session.query(`ALTER USER ${quoted} ACCOUNT LOCK`);
  await endSessions(session, user.name);
  if (real.length > 0) refuseUntilDue(how.expiry, deadline);
  const notes = real.length === 0 ? ['the user was already gone'] : await runRevocation(session, user, how);
  // The mark goes last: what is left half-way is known by it.
  const left = await findAccounts(session, user.name);
  for (const { quoted } of left.sort(
    (one, other) => Number(isMarkHost(one.host)) - Number(isMarkHost(other.host)),
  )) {
    await session.query(`DROP USER IF EXISTS ${quoted}`);
  }
  const defined = await countDefined(session, user.name);
  if (defined > 0) notes.push(`${defined} stored objects name it as definer: they run no more (1449)`);
  return { checks: [...(await proveGone(session, user.name, tryDoor)), ...notes] };
}

/**
 * Throws `target-unavailable` when another server answers than the one that made the user: one that has not its id, and
 * not the user with its mark either.
 *
 * @returns the user's mark, if it is there and holds
 */
export async function requireSameServer(
  session: MysqlSession,
  place: MarkPlace,
  user: LeasedUser,
  accounts: readonly MysqlAccount[],
): Promise<ReadMark | undefined> {
  const { serverId: made } = remembered.parse(user.remembered);
  const here = await serverIds(session);
  const mark = markAmong(place, made === undefined ? here : [made, ...here], user.name, accounts);
  const its = mark?.lease === user.lease ? mark : undefined;
  if (made === undefined || here.includes(made) || its) return its;
  throw anotherServer();
}

/** Ends every session of the user, until two looks in a row find none. */
export async function endSessions(session: MysqlSession, name: string): Promise<void> {
  let quietLooks = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    const open = await findSessions(session, name);
    for (const id of open) await kill(session, id);
    quietLooks = open.length === 0 ? quietLooks + 1 : 0;
    if (quietLooks === 2) return;
    // The server waits, so that no clock is needed here.
    await session.query('DO SLEEP(0.05)');
  }
  throw new KeywardenError('target-unavailable', 'a session of the user does not end');
}

async function kill(session: MysqlSession, id: number): Promise<void> {
  try {
    await session.query(`KILL CONNECTION ${id}`);
  } catch (error) {
    // It ended while we looked.
    if (mysqlCode(error) !== NO_SUCH_SESSION) throw error;
  }
}

/** A mistake in them must not keep the user alive: our own steps follow whatever they left. */
async function runRevocation(session: MysqlSession, user: LeasedUser, how: UserEnd): Promise<string[]> {
  try {
    for (const statement of how.statements.flatMap(splitMysqlStatements)) {
      await session.query(fillMysqlStatement(session, statement, { username: user.name, plaintext: true }));
    }
    return [];
  } catch (error) {
    if (!isServersAnswer(error)) throw error;
    return [`the role's own revocation statements failed (${mysqlCode(error)})`];
  }
}

async function proveGone(
  session: MysqlSession,
  name: string,
  tryDoor: (() => Promise<Door>) | undefined,
): Promise<string[]> {
  if ((await findAccounts(session, name)).length > 0) throw alive('the user is still there');
  if ((await findSessions(session, name)).length > 0) throw alive('a session of the user is still open');
  if (!(await maySeeSessions(session))) {
    throw alive(
      "the user is removed, but the connection's own may not see others' sessions, so that nothing shows it has none: GRANT PROCESS ON *.* TO it",
    );
  }
  const checks = ['no such user', 'no session'];
  if (!tryDoor) return checks;
  const door = await tryDoor();
  if (door.kind === 'accepted') throw alive('its password still opens the door');
  if (door.kind === 'unknown') throw alive(door.reason);
  return [...checks, `login refused: ${door.code}`];
}

function alive(words: string): KeywardenError {
  return new KeywardenError('target-unavailable', words);
}
