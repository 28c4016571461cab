import type { DatabaseUser } from './database-user.ts';
import type { PostgresRole } from './postgres-role.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import type { Session } from './session.ts';

/**
 * What a role's comment tells: that it is ours, of which mount and lease, and until when. Comments are readable by every
 * database user, so it names no path, app or person. The format is versioned; a signature over it joins in version 2.
 */
function markOf(user: DatabaseUser): string {
  return `keywarden:1 mount=${user.mount} lease=${user.lease} `;
}

/** Writes the role's comment. */
export async function markRole(session: Session, user: DatabaseUser, deadline: string): Promise<void> {
  const comment = quoteLiteral(`${markOf(user)}until=${deadline.replace(' ', 'T')}`);
  await session.query(`COMMENT ON ROLE ${quoteIdentifier(user.name)} IS ${comment}`);
}

/** Whether the role is the one that we made: by its mark, or by the OID that the server told us. */
export function isOurs(role: PostgresRole, user: DatabaseUser): boolean {
  return role.oid === user.oid || role.comment.startsWith(markOf(user));
}
