import { instantText } from './deadline.ts';
import { quoteLiteral } from './quote.ts';
import type { Session } from './session.ts';

/** A database user as the server's catalog shows it. */
export interface PostgresRole {
  readonly name: string;
  readonly oid: number;
  /** '' when there is none. */
  readonly comment: string;
  /** The deadline that the database holds it to, as text in UTC; '' when there is none. */
  readonly validUntil: string;
  /** The database's clock at that moment, in milliseconds since 1970. */
  readonly now: number;
}

const COLUMNS = `rolname AS name, oid::int8::float8 AS oid, coalesce(shobj_description(oid, 'pg_authid'), '') AS comment,
    ${instantText('rolvaliduntil')} AS "validUntil", extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`;

/** The query that looks a role up by name, or by its OID first where that is known: it may have been renamed. */
export function selectRole(name: string, oid = 0): string {
  const byOid = `oid = ${Number(oid)}`;
  return `SELECT ${COLUMNS}
    FROM pg_catalog.pg_roles WHERE ${byOid} OR rolname = ${quoteLiteral(name)} ORDER BY ${byOid} DESC LIMIT 1`;
}

/** The query that looks roles up by their OIDs. */
export function selectRoles(oids: readonly number[]): string {
  return `SELECT ${COLUMNS} FROM pg_catalog.pg_roles WHERE oid IN (${oids.map(Number)})`;
}

/** Looks a role up by name. */
export async function findRole(session: Session, name: string): Promise<PostgresRole | undefined> {
  const [role] = await session.query<PostgresRole>(selectRole(name));
  return role;
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

/** Looks up our own role; on each socket once, because what fails for a right that was taken away closes it. */
export function findBroker(session: Session): Promise<Broker> {
  return session.once('broker', async () => {
    const [broker] = await session.query<Broker>(
      `SELECT rolname AS name, oid::int8::float8 AS oid, rolsuper AS superuser, rolcreaterole AS "createRole",
       current_setting('server_version_num')::int AS version
       FROM pg_catalog.pg_roles WHERE rolname = current_user`,
    );
    if (!broker) throw new Error('the server does not know who we are');
    return broker;
  });
}
