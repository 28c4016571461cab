import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb, SqlValue } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';

export const staticRoleMigration: Migration = {
  id: 'database-static/001-roles',
  sql: `
    CREATE TABLE database_static_role (
      mount TEXT NOT NULL,
      name TEXT NOT NULL,
      id TEXT NOT NULL UNIQUE,
      connection TEXT NOT NULL,
      username TEXT NOT NULL,
      second_username TEXT NOT NULL,
      statements TEXT NOT NULL,
      overlap INTEGER NOT NULL,
      quiet INTEGER NOT NULL,
      current TEXT NOT NULL DEFAULT '',
      version INTEGER NOT NULL DEFAULT 0,
      secret TEXT,
      rotated_at INTEGER,
      PRIMARY KEY (mount, name)
    ) STRICT;`,
};

export const staticPolicyMigration: Migration = {
  id: 'database-static/003-password-policies',
  sql: "ALTER TABLE database_static_role ADD COLUMN password_policy TEXT NOT NULL DEFAULT '';",
};

/** An account that exists for good and gets new passwords. */
export interface StaticRole {
  readonly mount: string;
  readonly name: string;
  /** Never changes; binds the sealed password. */
  readonly id: string;
  /** The connection's name. */
  readonly connection: string;
  readonly username: string;
  /** The account that takes turns with the first; '' where there is one only. */
  readonly secondUsername: string;
  readonly statements: readonly string[];
  /** The password policy's name; '' for the connection's. */
  readonly passwordPolicy: string;
  /** Seconds that a former account's password stays good at most, 0 meaning the default. */
  readonly overlap: number;
  /** Seconds without a session of the former account, after which it is retired ahead of that; 0 meaning the default. */
  readonly quiet: number;
  /** Which account readers get; '' before the first rotation. */
  readonly current: string;
  /** Counts the passwords. */
  readonly version: number;
  readonly secret: ValueHash | null;
  /** Milliseconds since 1970. */
  readonly rotatedAt: number | null;
}

const named = z.strictObject({ mount: z.string(), name: z.string() });

/** A static role was written; its password is another matter. */
export const STATIC_ROLE_WRITTEN = defineChange(
  'database/static-role-written@1',
  named.extend({
    id: z.string(),
    connection: z.string(),
    username: z.string(),
    secondUsername: z.string(),
    statements: z.array(z.string()),
    overlap: z.number().int(),
    quiet: z.number().int(),
    passwordPolicy: z.string().optional(),
  }),
  (db, data) =>
    db.run(
      `INSERT INTO database_static_role (mount, name, id, connection, username, second_username, statements, overlap, quiet,
         password_policy)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (mount, name) DO UPDATE SET connection = excluded.connection, username = excluded.username,
         second_username = excluded.second_username, statements = excluded.statements, overlap = excluded.overlap,
         quiet = excluded.quiet, password_policy = excluded.password_policy`,
      data.mount,
      data.name,
      data.id,
      data.connection,
      data.username,
      data.secondUsername,
      JSON.stringify(data.statements),
      data.overlap,
      data.quiet,
      data.passwordPolicy ?? '',
    ),
);

/** The account has another password, or the other account took over. */
export const STATIC_ROLE_ROTATED = defineChange(
  'database/static-role-rotated@1',
  named.extend({ current: z.string(), version: z.number().int(), secret: z.string(), at: z.number().int() }),
  (db, data) =>
    db.run(
      'UPDATE database_static_role SET current = ?, version = ?, secret = ?, rotated_at = ? WHERE mount = ? AND name = ?',
      data.current,
      data.version,
      data.secret,
      data.at,
      data.mount,
      data.name,
    ),
);

/** The role is gone; the account keeps its last password. */
export const STATIC_ROLE_REMOVED = defineChange('database/static-role-removed@1', named, (db, data) =>
  db.run('DELETE FROM database_static_role WHERE mount = ? AND name = ?', data.mount, data.name),
);

/** The static role of that name, if there is one. */
export function findStaticRole(db: ReadDb, mount: string, name: string): StaticRole | undefined {
  return selectStaticRoles(db, 'mount = ? AND name = ?', mount, name)[0];
}

/** Static roles by a condition on the stored columns. */
export function selectStaticRoles(db: ReadDb, where: string, ...params: SqlValue[]): readonly StaticRole[] {
  const rows = db.all<Record<string, SqlValue>>(
    `SELECT * FROM database_static_role WHERE ${where}`,
    ...params,
  );
  return rows.map((row) => ({
    mount: row['mount'] as string,
    name: row['name'] as string,
    id: row['id'] as string,
    connection: row['connection'] as string,
    username: row['username'] as string,
    secondUsername: row['second_username'] as string,
    statements: JSON.parse(row['statements'] as string) as string[],
    overlap: row['overlap'] as number,
    quiet: row['quiet'] as number,
    passwordPolicy: row['password_policy'] as string,
    current: row['current'] as string,
    version: row['version'] as number,
    secret: row['secret'] as ValueHash | null,
    rotatedAt: row['rotated_at'] as number | null,
  }));
}

/** What a password of the role is bound to. */
export function staticSecretContext({ mount, id, version }: Pick<StaticRole, 'mount' | 'id' | 'version'>) {
  return { mount, owner: id, version };
}

/** The engine's own name for the role's rotation. */
export function staticSubject(name: string): string {
  return `static/${name}`;
}
