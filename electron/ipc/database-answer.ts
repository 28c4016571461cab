import { z } from 'zod';
import type { DatabaseConnection, DatabaseRole } from '../../shared/ipc/methods/databases-methods.ts';
import type { DatabaseKind } from '../../shared/model/database-kinds.ts';
import { dataOf, orNothing } from './answer.ts';
import { kindOfPlugin, shownUrl } from './connection-url.ts';
import type { Ask } from './desk.ts';

/** The names under which the sample database appears. */
export const SAMPLE = { connection: 'sample', role: 'sample-readonly' } as const;

const config = z.object({
  plugin_name: z.string(),
  connection_details: z.object({
    connection_url: z.string().optional(),
    host: z.string().optional(),
    port: z.number().optional(),
    tls: z.boolean().optional(),
    insecure_tls: z.boolean().optional(),
    username: z.string().default(''),
  }),
});
const role = z.object({
  db_name: z.string(),
  creation_statements: z.array(z.string()),
  default_ttl: z.number(),
  max_ttl: z.number(),
  promise: z.enum(['dies-by-itself', 'needs-keywarden']).optional(),
  missing_rights: z.array(z.string()).optional(),
});

/** Reads a connection as the window may know it: never its password. */
export async function readConnection(ask: Ask, name: string): Promise<DatabaseConnection> {
  const { plugin_name: plugin, connection_details: details } = dataOf(
    await ask('read', `database/config/${name}`),
    config,
  );
  const kind = kindOfPlugin(plugin);
  const url = shownUrl(kind, details);
  return { name, kind, url, username: details.username, isSample: name === SAMPLE.connection };
}

/** Reads a kind of access. `kindOf` says what is known of its connection already. */
export async function readRole(
  ask: Ask,
  name: string,
  kindOf?: ReadonlyMap<string, DatabaseKind>,
): Promise<DatabaseRole> {
  const found = dataOf(await ask('read', `database/roles/${name}`), role);
  const known = kindOf
    ? kindOf.get(found.db_name)
    : (await orNothing(readConnection(ask, found.db_name)))?.kind;
  const kind = known ?? null;
  return {
    name,
    connection: found.db_name,
    kind,
    creationStatements: found.creation_statements,
    defaultTtl: found.default_ttl,
    maxTtl: found.max_ttl,
    // Only PostgreSQL knows a deadline for a user, and then only as far as a rehearsal has shown it.
    promise: found.promise ?? (kind === null || kind === 'postgresql' ? null : 'needs-keywarden'),
    missing: found.missing_rights ?? [],
  };
}
