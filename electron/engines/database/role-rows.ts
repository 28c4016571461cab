import type { LeaseTerms } from '../../core/leases/lease.ts';
import type { ReadDb } from '../../vault/state-db.ts';

/** What users a role's keycards are. TTLs in seconds, 0 meaning the mount's. */
export interface DatabaseRole {
  readonly name: string;
  /** The connection's name. */
  readonly connection: string;
  /** The group role that new users become members of when there are no creation statements; or ''. */
  readonly groupRole: string;
  readonly defaultTtl: number;
  readonly maxTtl: number;
  readonly creationStatements: readonly string[];
  readonly revocationStatements: readonly string[];
  readonly renewStatements: readonly string[];
  readonly rollbackStatements: readonly string[];
  /** The password policy's name; '' for the connection's. */
  readonly passwordPolicy: string;
  /** What a rehearsal has shown that its keycards may claim; '' where there was none. */
  readonly promise: LeaseTerms['promise'] | '';
  /** What did not work then, in words. */
  readonly missing: readonly string[];
}

interface StoredRole {
  readonly name: string;
  readonly connection: string;
  readonly group_role: string;
  readonly default_ttl: number;
  readonly max_ttl: number;
  readonly creation_statements: string;
  readonly revocation_statements: string;
  readonly renew_statements: string;
  readonly rollback_statements: string;
  readonly password_policy: string;
  readonly promise: LeaseTerms['promise'] | '';
  readonly missing: string;
}

/** The role of that name, if there is one. */
export function findRole(db: ReadDb, mount: string, name: string): DatabaseRole | undefined {
  const row = db.get<StoredRole>('SELECT * FROM database_role WHERE mount = ? AND name = ?', mount, name);
  return (
    row && {
      name: row.name,
      connection: row.connection,
      groupRole: row.group_role,
      defaultTtl: row.default_ttl,
      maxTtl: row.max_ttl,
      creationStatements: JSON.parse(row.creation_statements) as string[],
      revocationStatements: JSON.parse(row.revocation_statements) as string[],
      renewStatements: JSON.parse(row.renew_statements) as string[],
      rollbackStatements: JSON.parse(row.rollback_statements) as string[],
      passwordPolicy: row.password_policy,
      promise: row.promise,
      missing: JSON.parse(row.missing) as string[],
    }
  );
}

/** The names of a mount's roles, sorted. */
export function roleNames(db: ReadDb, mount: string): string[] {
  return db
    .all<{ name: string }>('SELECT name FROM database_role WHERE mount = ? ORDER BY name', mount)
    .map((row) => row.name);
}
