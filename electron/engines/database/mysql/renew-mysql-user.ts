import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { MarkPlace } from '../../../core/signing/user-mark.ts';
import type { LeasedUser } from '../database-plugin.ts';
import { requireSameServer } from './end-mysql-user.ts';
import { findAccounts, isMarkHost, lockUser } from './mysql-accounts.ts';
import { canMark, moveMark, mysqlNow, ownServerId } from './mysql-marks.ts';
import type { MysqlSession } from './mysql-session.ts';

/**
 * Moves the deadline that the user's mark tells, `ttl` seconds from the server's now, so that a backup of the vault which
 * knows nothing of the renewal does not take it for overdue. Throws `target-unavailable` when the user is no longer there.
 */
export async function renewMysqlUser(
  session: MysqlSession,
  place: MarkPlace,
  user: LeasedUser,
  ttl: number,
): Promise<void> {
  await lockUser(session, user.lease);
  const accounts = await findAccounts(session, user.name);
  const mark = await requireSameServer(session, place, user, accounts);
  if (accounts.every(({ host }) => isMarkHost(host))) {
    throw new KeywardenError('target-unavailable', 'the user is gone, so there is nothing to renew');
  }
  if (!(await canMark(session))) return;
  const until = (await mysqlNow(session)) + Math.round(ttl * 1000);
  const server = mark?.server ?? (await ownServerId(session, place));
  await moveMark(session, place, { name: user.name, server }, { lease: user.lease, until });
}
