import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { ensureKeeper } from './keeper.ts';
import { findBroker } from './postgres-role.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { inTransaction, type Session } from './session.ts';
import { BE_PATIENT } from './user-lock.ts';

/** Runs work in another database of the same server. */
export type InDatabase = (database: string, work: (session: Session) => Promise<void>) => Promise<void>;

interface Leaving {
  readonly name: string;
  readonly oid: number;
}

/** Since 16 a grant of a membership goes with its grantor; before, it outlived him. */
const VERSION_WITH_GRANTORS = 160_000;

/**
 * An expression for whether anything would keep the role from being dropped, or stay behind when it is: what it owns or was
 * granted, in any database, memberships that it granted, transactions that it prepared. Its own memberships go with it.
 */
export function ownsAnything(oid: number): string {
  return `(EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::regclass
      AND refobjid = ${Number(oid)} AND classid <> 'pg_catalog.pg_auth_members'::regclass)
    OR EXISTS (SELECT FROM pg_catalog.pg_auth_members WHERE grantor = ${Number(oid)})
    OR EXISTS (SELECT FROM pg_catalog.pg_prepared_xact() AS p (transaction, gid, prepared, owner, database)
      WHERE p.owner = ${Number(oid)}))`;
}

/**
 * Takes everything from the user that would keep it from being dropped: what it owns goes to its keeper, what it was
 * granted is revoked. In each database that `pg_shdepend` names, one transaction each.
 */
export async function releaseObjects(session: Session, user: Leaving, inDatabase: InDatabase): Promise<void> {
  await rollBackPrepared(session, user, inDatabase);
  await takeBackMemberships(session, user);
  const databases = await session.query<{ name: string | null; here: boolean; owns: boolean }>(
    `SELECT d.datname AS name, coalesce(d.datname = current_database(), true) AS here, bool_or(s.deptype = 'o') AS owns
     FROM pg_catalog.pg_shdepend s LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid
     WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.refobjid = $1 GROUP BY d.datname`,
    [user.oid],
  );
  if (databases.length === 0) return;
  const keeper = databases.some(({ owns }) => owns) ? await ensureKeeper(session, user.oid) : undefined;
  const release = (there: Session) => releaseHere(there, user, keeper);
  for (const { name, here } of databases) if (!here && name !== null) await inDatabase(name, release);
  // Here as well in any case: it also releases what belongs to no database.
  await release(session);
}

async function releaseHere(session: Session, user: Leaving, keeper: string | undefined): Promise<void> {
  await inTransaction(session, async () => {
    await session.query(BE_PATIENT);
    const schemas = keeper === undefined ? [] : await lendSchemas(session, user, keeper);
    if (keeper !== undefined) {
      await session.query(`REASSIGN OWNED BY ${quoteIdentifier(user.name)} TO ${quoteIdentifier(keeper)}`);
    }
    await session.query(`DROP OWNED BY ${quoteIdentifier(user.name)}`);
    for (const schema of schemas) {
      await session.query(
        `REVOKE CREATE ON SCHEMA ${quoteIdentifier(schema)} FROM ${quoteIdentifier(keeper ?? '')}`,
      );
    }
  });
}

/** What can have an owner, stands in a schema, and goes to a new owner only if that one may create there. */
const IN_SCHEMAS = [
  ['pg_proc', 'pro'],
  ['pg_collation', 'coll'],
  ['pg_conversion', 'con'],
  ['pg_operator', 'opr'],
  ['pg_opclass', 'opc'],
  ['pg_opfamily', 'opf'],
  ['pg_statistic_ext', 'stx'],
  ['pg_ts_config', 'cfg'],
  ['pg_ts_dict', 'dict'],
].map(
  ([catalog, start]) =>
    `SELECT ${start}namespace AS schema, ${start}owner AS owner FROM pg_catalog.${catalog}`,
);

/**
 * Without superuser, the new owner of a function and the like needs CREATE on its schema. Lent within the transaction where
 * we may; where we may not, this says what is missing.
 */
async function lendSchemas(session: Session, user: Leaving, keeper: string): Promise<string[]> {
  const needed = await session.query<{ schema: string; may: boolean }>(
    `SELECT DISTINCT n.nspname AS schema,
       has_schema_privilege(n.oid, 'CREATE WITH GRANT OPTION') AS may
     FROM (${IN_SCHEMAS.join(' UNION ALL ')}) AS o JOIN pg_catalog.pg_namespace n ON n.oid = o.schema
     WHERE o.owner = $1 AND NOT has_schema_privilege($2, n.oid, 'CREATE')
       AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
       AND n.nspowner <> o.owner`,
    [user.oid, keeper],
  );
  for (const { schema, may } of needed) {
    const onSchema = `GRANT CREATE ON SCHEMA ${quoteIdentifier(schema)} TO`;
    if (!may) {
      const { name } = await findBroker(session);
      throw new KeywardenError(
        'target-unavailable',
        `the user owns a function, or what is like one, in schema ${schema}, which needs a new owner: a database administrator must run ${onSchema} ${quoteIdentifier(name)} WITH GRANT OPTION`,
      );
    }
    await session.query(`${onSchema} ${quoteIdentifier(keeper)}`);
  }
  return needed.map((row) => row.schema);
}

/** A transaction that was prepared outlives its session, keeps its locks, and could still be committed. */
async function rollBackPrepared(session: Session, user: Leaving, inDatabase: InDatabase): Promise<void> {
  const prepared = await session.query<{ gid: string; database: string; here: boolean }>(
    `SELECT p.gid, d.datname AS database, d.datname = current_database() AS here
     FROM pg_catalog.pg_prepared_xact() AS p (transaction, gid, prepared, owner, database)
     JOIN pg_catalog.pg_database d ON d.oid = p.database WHERE p.owner = $1`,
    [user.oid],
  );
  for (const { gid, database, here } of prepared) {
    const rollBack = async (there: Session) => {
      // Its owner may, or a superuser.
      await there.query(`SET ROLE ${quoteIdentifier(user.name)}`);
      await there.query(`ROLLBACK PREPARED ${quoteLiteral(gid)}`);
      await there.query('RESET ROLE');
    };
    await (here ? rollBack(session) : inDatabase(database, rollBack));
  }
}

/** What a user that might has made others members of, where the server would forget who it was. */
async function takeBackMemberships(session: Session, user: Leaving): Promise<void> {
  const { version } = await findBroker(session);
  if (version >= VERSION_WITH_GRANTORS) return;
  const granted = await session.query<{ role: string; member: string }>(
    `SELECT r.rolname AS role, m.rolname AS member FROM pg_catalog.pg_auth_members a
     JOIN pg_catalog.pg_roles r ON r.oid = a.roleid JOIN pg_catalog.pg_roles m ON m.oid = a.member
     WHERE a.grantor = $1`,
    [user.oid],
  );
  for (const { role, member } of granted) {
    await session.query(`REVOKE ${quoteIdentifier(role)} FROM ${quoteIdentifier(member)}`);
  }
}
