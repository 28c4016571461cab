import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { tokenTermsSchema } from '../auth/token-terms.ts';

export const jwtMigration: Migration = {
  id: 'jwt/001-roles',
  sql: `
    CREATE TABLE jwt_config (mount TEXT NOT NULL PRIMARY KEY, config TEXT NOT NULL) STRICT;
    CREATE TABLE jwt_roles (
      mount TEXT NOT NULL,
      name TEXT NOT NULL,
      settings TEXT NOT NULL,
      PRIMARY KEY (mount, name)
    ) STRICT;`,
};

const texts = z.array(z.string());
const config = z.strictObject({
  /** PEM public keys. */
  publicKeys: texts,
  jwksUrl: z.string(),
  /** PEM certificates that sign the JWKS server's; '' is the system's. */
  jwksCaPem: z.string(),
  boundIssuer: z.string(),
  supportedAlgs: texts,
  defaultRole: z.string(),
});
const role = z.strictObject({
  roleType: z.string(),
  userClaim: z.string(),
  userClaimJsonPointer: z.boolean(),
  groupsClaim: z.string(),
  boundAudiences: texts,
  boundSubject: z.string(),
  boundClaims: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()]))),
  boundClaimsType: z.enum(['string', 'glob']),
  claimMappings: z.record(z.string(), z.string()),
  /** Seconds. */
  clockSkewLeeway: z.number().int(),
  expirationLeeway: z.number().int(),
  notBeforeLeeway: z.number().int(),
  terms: tokenTermsSchema,
});

/** Whose signatures a mount believes. */
export type JwtConfig = Readonly<z.infer<typeof config>>;

/** Which claims a login must bring, and what it gets. */
export type JwtRole = Readonly<z.infer<typeof role>>;

/** The mount's keys were set. */
export const jwtConfigured = defineChange(
  'jwt/configured@1',
  z.strictObject({ mount: z.string(), config }),
  (db, changed) =>
    db.run('INSERT OR REPLACE INTO jwt_config VALUES (?, ?)', changed.mount, JSON.stringify(changed.config)),
);

/** A role was made or changed. */
export const jwtRoleWritten = defineChange(
  'jwt/role-written@1',
  z.strictObject({ mount: z.string(), name: z.string(), role }),
  (db, changed) =>
    db.run(
      'INSERT OR REPLACE INTO jwt_roles VALUES (?, ?, ?)',
      changed.mount,
      changed.name,
      JSON.stringify(changed.role),
    ),
);

/** A role is gone. */
export const jwtRoleDeleted = defineChange(
  'jwt/role-deleted@1',
  z.strictObject({ mount: z.string(), name: z.string() }),
  (db, { mount, name }) => db.run('DELETE FROM jwt_roles WHERE mount = ? AND name = ?', mount, name),
);

/** The mount is gone with all its rows. */
export const jwtUnmounted = defineChange(
  'jwt/unmounted@1',
  z.strictObject({ mount: z.string() }),
  (db, { mount }) => {
    db.run('DELETE FROM jwt_config WHERE mount = ?', mount);
    db.run('DELETE FROM jwt_roles WHERE mount = ?', mount);
  },
);

export const jwtChanges = [jwtConfigured, jwtRoleWritten, jwtRoleDeleted, jwtUnmounted];

/** The mount's keys, if they were ever set. */
export function findJwtConfig(db: ReadDb, mount: string): JwtConfig | undefined {
  const stored = db.get<{ config: string }>('SELECT config FROM jwt_config WHERE mount = ?', mount);
  return stored && (JSON.parse(stored.config) as JwtConfig);
}

/** The role of that name. */
export function findJwtRole(db: ReadDb, mount: string, name: string): JwtRole | undefined {
  const stored = db.get<{ settings: string }>(
    'SELECT settings FROM jwt_roles WHERE mount = ? AND name = ?',
    mount,
    name,
  );
  return stored && (JSON.parse(stored.settings) as JwtRole);
}

/** The names of a mount's roles, sorted. */
export function jwtRoleNames(db: ReadDb, mount: string): readonly string[] {
  return db
    .all<{ name: string }>('SELECT name FROM jwt_roles WHERE mount = ? ORDER BY name', mount)
    .map(({ name }) => name);
}
