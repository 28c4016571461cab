import type { ServerCheck } from '../database-plugin.ts';
import { findBroker } from './postgres-role.ts';
import type { Session } from './session.ts';

const OLDEST_VERSION = 120_000;

/** Looks at the server with the connection's own user: what it is, and whether users can be made there. */
export async function checkConnection(session: Session): Promise<ServerCheck> {
  const broker = await findBroker(session);
  const [server] = await session.query<{ version: string; database: string; standby: boolean }>(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version, current_database() AS database,
     pg_is_in_recovery() AS standby`,
  );
  const groups = await session.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_catalog.pg_roles
     WHERE NOT rolcanlogin AND rolname !~ '^(pg_|keywarden_keeper_)' ORDER BY rolname LIMIT 200`,
  );
  const problems: string[] = [];
  if (!broker.superuser && !broker.createRole) {
    problems.push(`The user ${broker.name} may not create users: ALTER ROLE "${broker.name}" CREATEROLE`);
  }
  if (server?.standby)
    problems.push('This server is a read-only standby: users can only be made on the primary.');
  if (broker.version < OLDEST_VERSION) problems.push('This server is older than PostgreSQL 12.');
  return {
    serverVersion: server?.version ?? '',
    database: server?.database ?? '',
    user: broker.name,
    superuser: broker.superuser,
    problems,
    groupRoles: groups.map((row) => row.name),
  };
}
