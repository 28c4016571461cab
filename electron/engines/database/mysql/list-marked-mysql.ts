import { formatInstant } from '../../../core/format-instant.ts';
import type { MarkPlace } from '../../../core/signing/user-mark.ts';
import type { MarkedUsers } from '../database-plugin.ts';
import { allMarks, canMark, mysqlNow, serverIds } from './mysql-marks.ts';
import type { MysqlSession } from './mysql-session.ts';

/** As the templates of ours, and Vault's, name users. */
const LIKE_OURS = "SELECT User AS name FROM mysql.user WHERE User LIKE 'v-%' ORDER BY User";

/**
 * Lists the users with a mark of this vault, and what looks like one and is not. A server that no mark fits on tells the
 * names that might be ours instead: somebody else's Vault names its users alike, so that nothing may follow from a name.
 */
export async function listMarkedMysql(
  session: MysqlSession,
  place: MarkPlace,
  others: readonly string[],
): Promise<MarkedUsers> {
  const now = await mysqlNow(session);
  const servers = await serverIds(session);
  const { marks, findings } = await allMarks(session, place, servers, others);
  const users = marks.map(({ name, lease, until, server }) => ({
    name,
    lease,
    until,
    left: (until - now) / 1000,
    remembered: { serverId: server, until: formatInstant(until) },
  }));
  if (await canMark(session)) return { users, findings };
  const unmarked = (await session.query<{ name: string }>(LIKE_OURS)).map(({ name }) => name);
  return { users, findings, unmarked: [...new Set(unmarked)] };
}
