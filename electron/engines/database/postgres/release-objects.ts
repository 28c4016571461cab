import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { ensureKeeper } from './keeper.ts';
import { quoteIdentifier } from './quote.ts';
import { inTransaction, type Session } from './session.ts';

/** Runs work in another database of the same server. */
export type InDatabase = (database: string, work: (session: Session) => Promise<void>) => Promise<void>;

/**
 * An expression for whether anything would keep the role from being dropped: what it owns or was granted, in any database,
 * and memberships that it granted. Its own memberships go with it.
 */
export function ownsAnything(oid: number): string {
  return `(EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::regclass
      AND refobjid = ${Number(oid)} AND classid <> 'pg_catalog.pg_auth_members'::regclass)
    OR EXISTS (SELECT FROM pg_catalog.pg_auth_members WHERE grantor = ${Number(oid)}))`;
}

/**
 * Takes everything from the user that would keep it from being dropped: what it owns goes to the keeper, what it was
 * granted is revoked. In each database that `pg_shdepend` names, one transaction each.
 */
export async function releaseObjects(
  session: Session,
  user: { readonly name: string; readonly oid: number },
  inDatabase: InDatabase,
): Promise<void> {
  const databases = await session.query<{ name: string | null; here: boolean }>(
    `SELECT DISTINCT d.datname AS name, coalesce(d.datname = current_database(), true) AS here
     FROM pg_catalog.pg_shdepend s LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid
     WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.refobjid = $1`,
    [user.oid],
  );
  if (databases.length === 0) return;
  const keeper = await ensureKeeper(session);
  const release = (there: Session) => releaseHere(there, user.name, keeper);
  for (const { name, here } of databases) if (!here && name !== null) await inDatabase(name, release);
  // Here as well in any case: it also releases what belongs to no database.
  await release(session);
}

async function releaseHere(session: Session, name: string, keeper: string): Promise<void> {
  await inTransaction(session, async () => {
    const schemas = await lendSchemas(session, name, keeper);
    await session.query(`REASSIGN OWNED BY ${quoteIdentifier(name)} TO ${quoteIdentifier(keeper)}`);
    await session.query(`DROP OWNED BY ${quoteIdentifier(name)}`);
    for (const schema of schemas) {
      await session.query(
        `REVOKE CREATE ON SCHEMA ${quoteIdentifier(schema)} FROM ${quoteIdentifier(keeper)}`,
      );
    }
  });
}

/**
 * Without superuser, a function's new owner needs CREATE on its schema. Lent within the transaction where we may;
 * where we may not, this says what is missing.
 */
async function lendSchemas(session: Session, name: string, keeper: string): Promise<string[]> {
  const needed = await session.query<{ schema: string; may: boolean }>(
    `SELECT DISTINCT n.nspname AS schema,
       has_schema_privilege(n.oid, 'CREATE WITH GRANT OPTION') AS may
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     JOIN pg_catalog.pg_roles r ON r.oid = p.proowner
     WHERE r.rolname = $1 AND NOT has_schema_privilege($2, n.oid, 'CREATE')
       AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
       AND n.nspowner <> p.proowner`,
    [name, keeper],
  );
  for (const { schema, may } of needed) {
    const grant = `GRANT CREATE ON SCHEMA ${quoteIdentifier(schema)} TO ${quoteIdentifier(keeper)}`;
    if (!may) {
      throw new KeywardenError(
        'target-unavailable',
        `the user owns a function in schema ${schema}, which needs a new owner: a database administrator must run ${grant}`,
      );
    }
    await session.query(grant);
  }
  return needed.map((row) => row.schema);
}
