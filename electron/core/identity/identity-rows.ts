import type { Migration } from '../../vault/change.ts';
import type { ReadDb, SqlValue } from '../../vault/state-db.ts';

export const identityMigrations: readonly Migration[] = [
  {
    id: 'identity/001-entities',
    sql: `
      CREATE TABLE identity_entities (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        metadata TEXT NOT NULL,
        policies TEXT NOT NULL,
        disabled INTEGER NOT NULL,
        merged TEXT NOT NULL DEFAULT '[]',
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE identity_aliases (
        id TEXT NOT NULL PRIMARY KEY,
        entity TEXT NOT NULL,
        mount_accessor TEXT NOT NULL,
        name TEXT NOT NULL,
        metadata TEXT NOT NULL,
        custom_metadata TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        UNIQUE (mount_accessor, name)
      ) STRICT;
      CREATE INDEX identity_aliases_by_entity ON identity_aliases (entity);
      CREATE TABLE identity_groups (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        metadata TEXT NOT NULL,
        policies TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        modify_index INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE identity_members (
        group_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        member TEXT NOT NULL,
        PRIMARY KEY (group_id, kind, member)
      ) STRICT;
      CREATE INDEX identity_members_by_member ON identity_members (kind, member);
      INSERT OR IGNORE INTO revisions (domain, revision) VALUES ('identity', 0);`,
  },
];

type Texts = Readonly<Record<string, string>>;

/** Somebody or something that acts, however it logs in. Instants in milliseconds since 1970. */
export interface EntityRow {
  readonly id: string;
  readonly name: string;
  readonly metadata: Texts;
  readonly policies: readonly string[];
  readonly disabled: boolean;
  readonly merged: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What one auth method calls an entity. */
export interface AliasRow {
  readonly id: string;
  readonly entity: string;
  readonly mountAccessor: string;
  readonly name: string;
  readonly metadata: Texts;
  readonly customMetadata: Texts;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Entities, and groups, that share policies. */
export interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly metadata: Texts;
  readonly policies: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly modifyIndex: number;
  readonly memberEntities: readonly string[];
  readonly memberGroups: readonly string[];
}

type Stored = Readonly<Record<string, string | number>>;
const texts = (value: unknown) => JSON.parse(String(value)) as Record<string, string>;
type Policies = { readonly policies: string };
const policiesIn = (row: Policies | undefined) => (row ? list(row.policies) : []);
const list = (value: unknown) => JSON.parse(String(value)) as string[];

/** Entities by a condition on the stored columns. */
export function selectEntities(db: ReadDb, where: string, ...params: SqlValue[]): readonly EntityRow[] {
  return db.all<Stored>(`SELECT * FROM identity_entities WHERE ${where}`, ...params).map((row) => ({
    id: String(row['id']),
    name: String(row['name']),
    metadata: texts(row['metadata']),
    policies: list(row['policies']),
    disabled: row['disabled'] === 1,
    merged: list(row['merged']),
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
  }));
}

/** Aliases by a condition on the stored columns. */
export function selectAliases(db: ReadDb, where: string, ...params: SqlValue[]): readonly AliasRow[] {
  return db.all<Stored>(`SELECT * FROM identity_aliases WHERE ${where}`, ...params).map(aliasOf);
}

/** Whom an auth method calls so. */
export function findAlias(db: ReadDb, mountAccessor: string, name: string): AliasRow | undefined {
  const row = db.lookUp<Stored>(
    'SELECT * FROM identity_aliases WHERE mount_accessor = ? AND name = ?',
    mountAccessor,
    name,
  );
  return row && aliasOf(row);
}

function aliasOf(row: Stored): AliasRow {
  return {
    id: String(row['id']),
    entity: String(row['entity']),
    mountAccessor: String(row['mount_accessor']),
    name: String(row['name']),
    metadata: texts(row['metadata']),
    customMetadata: texts(row['custom_metadata']),
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
  };
}

/** Groups by a condition on the stored columns. */
export function selectGroups(db: ReadDb, where: string, ...params: SqlValue[]): readonly GroupRow[] {
  return db.all<Stored>(`SELECT * FROM identity_groups WHERE ${where}`, ...params).map((row) => {
    const members = db.all<{ kind: string; member: string }>(
      'SELECT kind, member FROM identity_members WHERE group_id = ? ORDER BY member',
      String(row['id']),
    );
    const of = (kind: string) => members.filter((one) => one.kind === kind).map(({ member }) => member);
    return {
      id: String(row['id']),
      name: String(row['name']),
      type: String(row['type']),
      metadata: texts(row['metadata']),
      policies: list(row['policies']),
      createdAt: Number(row['created_at']),
      updatedAt: Number(row['updated_at']),
      modifyIndex: Number(row['modify_index']),
      memberEntities: of('entity'),
      memberGroups: of('group'),
    };
  });
}

/** Those that an entity is in, for the id that is asked for. */
const HELD = `WITH RECURSIVE held (id) AS (
  SELECT group_id FROM identity_members WHERE kind = 'entity' AND member = ?
  UNION SELECT m.group_id FROM identity_members m JOIN held ON m.kind = 'group' AND m.member = held.id
)`;

/** The groups that an entity is in: by itself, and through the groups that hold those. */
export function groupsOf(
  db: ReadDb,
  entity: string,
): { readonly direct: readonly string[]; readonly all: readonly string[] } {
  const direct = db
    .all<{ id: string }>(
      "SELECT group_id AS id FROM identity_members WHERE kind = 'entity' AND member = ? ORDER BY group_id",
      entity,
    )
    .map(({ id }) => id);
  const all = db.all<{ id: string }>(`${HELD} SELECT id FROM held ORDER BY id`, entity).map(({ id }) => id);
  return { direct, all };
}

/** Says whether an entity may act: it is there and not disabled. */
export function mayAct(db: ReadDb, entity: string): boolean {
  const row = db.lookUp<{ disabled: number }>('SELECT disabled FROM identity_entities WHERE id = ?', entity);
  return row?.disabled === 0;
}

/** Names of the policies that an entity has beside its tokens': its own and its groups'. */
export function identityPolicies(db: ReadDb, entity: string | null): readonly string[] {
  if (entity === null) return [];
  // Asked at every login: by rows that are kept.
  const own = db.lookUp<Policies>('SELECT policies FROM identity_entities WHERE id = ?', entity);
  const groups = db.lookUp<{ ids: string }>(`${HELD} SELECT json_group_array(id) AS ids FROM held`, entity);
  const shared = list(groups?.ids ?? '[]').flatMap((id) =>
    policiesIn(db.lookUp<Policies>('SELECT policies FROM identity_groups WHERE id = ?', id)),
  );
  return [...new Set([...policiesIn(own), ...shared])].filter((name) => name !== 'root').sort();
}
