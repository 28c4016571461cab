import type { Session } from './session.ts';

/** A database user as the server's catalog shows it. */
export interface PostgresRole {
  readonly oid: number;
  /** '' when there is none. */
  readonly comment: string;
  /** The deadline that the database holds it to, as text in UTC; '' when there is none. */
  readonly validUntil: string;
}

/** Looks a role up by name. */
export async function findRole(session: Session, name: string): Promise<PostgresRole | undefined> {
  const rows = await session.query<PostgresRole>(
    `SELECT oid::int8::float8 AS oid, coalesce(shobj_description(oid, 'pg_authid'), '') AS comment,
     coalesce(to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00', '') AS "validUntil"
     FROM pg_catalog.pg_roles WHERE rolname = $1`,
    [name],
  );
  return rows[0];
}

/** Who we are on the server, and what of it decides how things are done. */
export interface Broker {
  readonly name: string;
  readonly oid: number;
  readonly superuser: boolean;
  readonly createRole: boolean;
  /** Such as 160004. */
  readonly version: number;
}

/** Looks up our own role. */
export async function findBroker(session: Session): Promise<Broker> {
  const rows = await session.query<Broker>(
    `SELECT rolname AS name, oid::int8::float8 AS oid, rolsuper AS superuser, rolcreaterole AS "createRole",
     current_setting('server_version_num')::int AS version
     FROM pg_catalog.pg_roles WHERE rolname = current_user`,
  );
  const broker = rows[0];
  if (!broker) throw new Error('the server does not know who we are');
  return broker;
}
