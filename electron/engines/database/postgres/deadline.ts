import { quoteIdentifier, quoteLiteral } from './quote.ts';

/** An instant of the database's as text in UTC, to the microsecond; '' for none. `sql` is an expression. */
export function instantText(sql: string): string {
  return `coalesce(to_char((${sql}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00', '')`;
}

/** An instant in milliseconds since 1970 as `instantText` has it. */
export function writeInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '000+00');
}

/** The expression for the database's own now plus the TTL in seconds, as text: its clock is the one that refuses logins. */
export function databaseDeadline(ttl: number): string {
  return instantText(`clock_timestamp() + make_interval(secs => ${Number(ttl)})`);
}

/** The statement that sets when the database begins to refuse the user's logins, also when Keywarden is off. */
export function setDeadline(name: string, deadline: string): string {
  return `ALTER ROLE ${quoteIdentifier(name)} VALID UNTIL ${quoteLiteral(deadline)}`;
}
