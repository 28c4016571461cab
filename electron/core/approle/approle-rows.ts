import type { Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';

/** Address bounds came later. */
const approleBoundsMigration: Migration = {
  id: 'approle/002-bounds',
  sql: `
    ALTER TABLE approle_secret_ids ADD COLUMN cidr_list TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE approle_secret_ids ADD COLUMN token_bound_cidrs TEXT NOT NULL DEFAULT '[]';`,
};

const approleMigration: Migration = {
  id: 'approle/001-roles',
  sql: `
    CREATE TABLE approle_roles (
      mount TEXT NOT NULL,
      name TEXT NOT NULL,
      role_id TEXT NOT NULL,
      settings TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      last_login_at INTEGER,
      PRIMARY KEY (mount, name),
      UNIQUE (mount, role_id)
    ) STRICT;
    CREATE TABLE approle_secret_ids (
      mount TEXT NOT NULL,
      hash TEXT NOT NULL,
      accessor TEXT NOT NULL,
      role TEXT NOT NULL,
      metadata TEXT NOT NULL,
      uses_left INTEGER NOT NULL,
      ttl INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      expires_at INTEGER,
      PRIMARY KEY (mount, hash),
      UNIQUE (mount, accessor)
    ) STRICT;
    CREATE INDEX approle_secret_ids_by_role ON approle_secret_ids (mount, role);
    CREATE INDEX approle_secret_ids_by_end ON approle_secret_ids (expires_at) WHERE expires_at IS NOT NULL;`,
};

export const approleMigrations: readonly Migration[] = [approleMigration, approleBoundsMigration];

/** What a role says. Lifetimes in seconds. */
export interface RoleSettings {
  readonly secretIdNumUses: number;
  readonly secretIdTtl: number;
  readonly tokenPolicies: readonly string[];
  /** Whether the policies were given by their old name, which then shows too. */
  readonly legacyPolicies: boolean;
  readonly tokenTtl: number;
  readonly tokenMaxTtl: number;
  readonly tokenExplicitMaxTtl: number;
  readonly tokenNoDefaultPolicy: boolean;
  readonly tokenNumUses: number;
  readonly tokenPeriod: number;
  readonly tokenType: string;
  /** Whether a login needs a secret-id. Without one, only where it comes from tells the app from others. */
  readonly bindSecretId: boolean;
  readonly secretIdBoundCidrs: readonly string[];
  readonly tokenBoundCidrs: readonly string[];
}

/** What older roles do not say. */
export const UNBOUND = { bindSecretId: true, secretIdBoundCidrs: [], tokenBoundCidrs: [] } as const;

/** An app identity. */
export interface RoleRow {
  readonly name: string;
  readonly roleId: string;
  readonly settings: RoleSettings;
  readonly createdAt: number;
  readonly lastLoginAt: number | null;
}

/** A private half, known by its keyed hash alone. */
export interface SecretIdRow {
  readonly hash: string;
  readonly accessor: string;
  readonly role: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** 0: without limit. */
  readonly usesLeft: number;
  readonly ttl: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number | null;
  readonly cidrList: readonly string[];
  readonly tokenBoundCidrs: readonly string[];
}

interface StoredRole {
  readonly name: string;
  readonly role_id: string;
  readonly settings: string;
  readonly created_at: number;
  readonly last_login_at: number | null;
}

interface StoredSecretId {
  readonly hash: string;
  readonly accessor: string;
  readonly role: string;
  readonly metadata: string;
  readonly uses_left: number;
  readonly ttl: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly expires_at: number | null;
  readonly cidr_list: string;
  readonly token_bound_cidrs: string;
}

/** The role of that name, which is in lower case already. */
export function findRole(db: ReadDb, mount: string, name: string): RoleRow | undefined {
  return fromRole(
    db.get<StoredRole>('SELECT * FROM approle_roles WHERE mount = ? AND name = ?', mount, name),
  );
}

/** The role of that role-id. */
export function findRoleById(db: ReadDb, mount: string, roleId: string): RoleRow | undefined {
  return fromRole(
    db.get<StoredRole>('SELECT * FROM approle_roles WHERE mount = ? AND role_id = ?', mount, roleId),
  );
}

/** The names of a mount's roles, sorted. */
export function roleNames(db: ReadDb, mount: string): readonly string[] {
  return db
    .all<{ name: string }>('SELECT name FROM approle_roles WHERE mount = ? ORDER BY name', mount)
    .map(({ name }) => name);
}

interface Reading {
  readonly db: ReadDb;
  readonly now: number;
  readonly mount: { readonly uuid: string };
}

const ALIVE = 'mount = ? AND role = ? AND (expires_at IS NULL OR expires_at > ?)';

/** The role's living secret-id of that keyed hash. */
export function findSecretId(turn: Reading, role: string, hash: string): SecretIdRow | undefined {
  return readSecretIds(turn, role, 'AND hash = ?', hash)[0];
}

/** The role's living secret-id of that accessor. */
export function findSecretIdByAccessor(
  turn: Reading,
  role: string,
  accessor: string,
): SecretIdRow | undefined {
  return readSecretIds(turn, role, 'AND accessor = ?', accessor)[0];
}

/** A role's secret-ids that are still good. */
export function livingSecretIds(turn: Reading, role: string): readonly SecretIdRow[] {
  return readSecretIds(turn, role, 'ORDER BY accessor');
}

function readSecretIds(
  { db, now, mount }: Reading,
  role: string,
  more: string,
  ...params: string[]
): readonly SecretIdRow[] {
  const sql = `SELECT * FROM approle_secret_ids WHERE ${ALIVE} ${more}`;
  return db.all<StoredSecretId>(sql, mount.uuid, role, now, ...params).map(fromSecretId);
}

function fromRole(stored: StoredRole | undefined): RoleRow | undefined {
  return (
    stored && {
      name: stored.name,
      roleId: stored.role_id,
      settings: { ...UNBOUND, ...(JSON.parse(stored.settings) as RoleSettings) },
      createdAt: stored.created_at,
      lastLoginAt: stored.last_login_at,
    }
  );
}

function fromSecretId(stored: StoredSecretId): SecretIdRow {
  return {
    hash: stored.hash,
    accessor: stored.accessor,
    role: stored.role,
    metadata: JSON.parse(stored.metadata) as Record<string, string>,
    usesLeft: stored.uses_left,
    ttl: stored.ttl,
    createdAt: stored.created_at,
    updatedAt: stored.updated_at,
    expiresAt: stored.expires_at,
    cidrList: JSON.parse(stored.cidr_list) as string[],
    tokenBoundCidrs: JSON.parse(stored.token_bound_cidrs) as string[],
  };
}
