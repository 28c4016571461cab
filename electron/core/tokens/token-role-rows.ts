import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';

export const tokenRoleMigration: Migration = {
  id: 'tokens/003-roles',
  sql: 'CREATE TABLE token_roles (name TEXT NOT NULL PRIMARY KEY, settings TEXT NOT NULL) STRICT;',
};

const names = z.array(z.string());
const settings = z.strictObject({
  allowedPolicies: names,
  disallowedPolicies: names,
  allowedPoliciesGlob: names,
  disallowedPoliciesGlob: names,
  orphan: z.boolean(),
  renewable: z.boolean(),
  pathSuffix: z.string(),
  /** Seconds. */
  period: z.number().int(),
  /** Seconds. */
  explicitMaxTtl: z.number().int(),
  numUses: z.number().int(),
  noDefaultPolicy: z.boolean(),
  boundCidrs: names,
  allowedEntityAliases: names,
  tokenType: z.string(),
});

/** What a token role says of the tokens that are made by it. */
export type TokenRoleSettings = Readonly<z.infer<typeof settings>>;

/** A role was made or changed. */
export const tokenRoleWritten = defineChange(
  'tokens/role-written@1',
  z.strictObject({ name: z.string(), settings }),
  (db, role) =>
    db.run('INSERT OR REPLACE INTO token_roles VALUES (?, ?)', role.name, JSON.stringify(role.settings)),
);

/** A role is gone; tokens that it made live on, but cannot be renewed. */
export const tokenRoleDeleted = defineChange(
  'tokens/role-deleted@1',
  z.strictObject({ name: z.string() }),
  (db, { name }) => db.run('DELETE FROM token_roles WHERE name = ?', name),
);

/** The role of that name. */
export function findTokenRole(db: ReadDb, name: string): TokenRoleSettings | undefined {
  const stored = db.get<{ settings: string }>('SELECT settings FROM token_roles WHERE name = ?', name);
  return stored && (JSON.parse(stored.settings) as TokenRoleSettings);
}

/** The names of all roles, sorted. */
export function tokenRoleNames(db: ReadDb): readonly string[] {
  return db.all<{ name: string }>('SELECT name FROM token_roles ORDER BY name').map(({ name }) => name);
}
