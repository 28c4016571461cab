import { quoteIdentifier, quoteLiteral } from './quote.ts';
import type { Session } from './session.ts';

/** The database's own now plus the TTL, as text in UTC: its clock is the one that refuses logins. */
export async function databaseDeadline(session: Session, ttl: number): Promise<string> {
  const rows = await session.query<{ deadline: string }>(
    `SELECT to_char((clock_timestamp() + make_interval(secs => $1)) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'
     AS deadline`,
    [ttl],
  );
  const deadline = rows[0]?.deadline;
  if (deadline === undefined) throw new Error('the server told no time');
  return deadline;
}

/** Sets when the database begins to refuse the user's logins, also when Keywarden is off. */
export async function setDeadline(session: Session, name: string, deadline: string): Promise<void> {
  await session.query(`ALTER ROLE ${quoteIdentifier(name)} VALID UNTIL ${quoteLiteral(deadline)}`);
}
