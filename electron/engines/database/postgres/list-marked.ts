import type { MarkedUser, MarkedUsers } from '../database-plugin.ts';
import { claimsToBeOurs, type Marker, readMark } from './mark-role.ts';
import { serverIdentity } from './server-identity.ts';
import type { Session } from './session.ts';

interface CommentedRole {
  readonly name: string;
  readonly oid: number;
  readonly comment: string;
}

/**
 * Lists the roles that carry a valid mark of this vault, and those whose comment claims to be one and is not: forged, copied
 * from another role, or left behind when its role was replaced or renamed.
 *
 * @param others our ids of the other clusters that this vault knows: a mark of one of those is theirs to look after
 */
export async function listMarked(
  session: Session,
  marker: Marker,
  others: readonly string[],
): Promise<MarkedUsers> {
  const server = await serverIdentity(session);
  const [clock] = await session.query<{ now: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
  );
  if (!clock) throw new Error('the server told no time');
  const rows = await session.query<CommentedRole>(
    `SELECT r.rolname AS name, r.oid::int8::float8 AS oid, d.description AS comment
     FROM pg_catalog.pg_shdescription d JOIN pg_catalog.pg_roles r ON r.oid = d.objoid
     WHERE d.classoid = 'pg_catalog.pg_authid'::regclass AND d.description LIKE 'keywarden:%'
     ORDER BY r.rolname`,
  );
  const users: MarkedUser[] = [];
  const findings: { name: string; words: string }[] = [];
  for (const role of rows) {
    const mark = readMark(marker, role.name, role);
    if (mark) {
      const remembered = { oid: role.oid, until: mark.until, ...(server === undefined ? {} : { server }) };
      const until = Date.parse(mark.until);
      users.push({ name: role.name, lease: mark.lease, until, left: (until - clock.now) / 1000, remembered });
    } else if (claimsToBeOurs(role.comment, marker.vault)) {
      const theirs = others.some((cluster) => readMark({ ...marker, cluster }, role.name, role));
      if (!theirs) findings.push({ name: role.name, words: FORGED });
    }
  }
  return { users, findings };
}

const FORGED =
  'its comment says that it is a keycard of this vault, but the signature is not for a role of this name and OID on this server: the comment was written or copied by somebody else, or the role was replaced. It is left alone.';
