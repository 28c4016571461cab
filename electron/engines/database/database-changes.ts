import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';

const named = z.object({ mount: z.string(), name: z.string() });
const texts = z.array(z.string());

/** Vault's settings without a meaning here, which its clients write and look for again. */
export const echoedSettings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** A connection was configured, for the first time or anew. */
export const CONNECTION_CONFIGURED = defineChange(
  'database/connection-configured@1',
  named.extend({
    id: z.string(),
    version: z.number().int().positive(),
    plugin: z.string(),
    shownUrl: z.string(),
    username: z.string(),
    allowedRoles: texts,
    passwordAuthentication: z.enum(['scram-sha-256', 'password']),
    maxOpenConnections: z.number().int(),
    rotationStatements: texts,
    secret: z.string(),
    usernameTemplate: z.string().optional(),
    passwordPolicy: z.string().optional(),
    echoed: echoedSettings.optional(),
  }),
  (db, data) =>
    db.run(
      `INSERT OR REPLACE INTO database_connection (mount, name, id, version, plugin, shown_url, username, allowed_roles,
       password_authentication, max_open_connections, rotation_statements, secret, username_template, password_policy,
       echoed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      data.mount,
      data.name,
      data.id,
      data.version,
      data.plugin,
      data.shownUrl,
      data.username,
      JSON.stringify(data.allowedRoles),
      data.passwordAuthentication,
      data.maxOpenConnections,
      JSON.stringify(data.rotationStatements),
      data.secret,
      data.usernameTemplate ?? '',
      data.passwordPolicy ?? '',
      JSON.stringify(data.echoed ?? {}),
    ),
);

/** A connection is gone. */
export const CONNECTION_REMOVED = defineChange('database/connection-removed@1', named, (db, data) =>
  db.run('DELETE FROM database_connection WHERE mount = ? AND name = ?', data.mount, data.name),
);

/** A role was written. */
export const ROLE_WRITTEN = defineChange(
  'database/role-written@1',
  named.extend({
    connection: z.string(),
    groupRole: z.string(),
    defaultTtl: z.number().int(),
    maxTtl: z.number().int(),
    creationStatements: texts,
    revocationStatements: texts,
    renewStatements: texts,
    rollbackStatements: texts,
    passwordPolicy: z.string().optional(),
  }),
  (db, data) =>
    db.run(
      `INSERT OR REPLACE INTO database_role (mount, name, connection, group_role, default_ttl, max_ttl,
       creation_statements, revocation_statements, renew_statements, rollback_statements, password_policy)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      data.mount,
      data.name,
      data.connection,
      data.groupRole,
      data.defaultTtl,
      data.maxTtl,
      JSON.stringify(data.creationStatements),
      JSON.stringify(data.revocationStatements),
      JSON.stringify(data.renewStatements),
      JSON.stringify(data.rollbackStatements),
      data.passwordPolicy ?? '',
    ),
);

/** What a rehearsal of the role has shown; writing the role again forgets it. */
export const ROLE_REHEARSED = defineChange(
  'database/role-rehearsed@1',
  named.extend({ promise: z.enum(['dies-by-itself', 'needs-keywarden']), missing: texts }),
  (db, data) =>
    db.run(
      'UPDATE database_role SET promise = ?, missing = ? WHERE mount = ? AND name = ?',
      data.promise,
      JSON.stringify(data.missing),
      data.mount,
      data.name,
    ),
);

/** A role is gone; what was issued under it lives on until its end. */
export const ROLE_REMOVED = defineChange('database/role-removed@1', named, (db, data) =>
  db.run('DELETE FROM database_role WHERE mount = ? AND name = ?', data.mount, data.name),
);

/** The mount is gone with everything in it. */
export const DATABASE_UNMOUNTED = defineChange(
  'database/unmounted@1',
  z.object({ mount: z.string() }),
  (db, data) => {
    db.run('DELETE FROM database_connection WHERE mount = ?', data.mount);
    db.run('DELETE FROM database_role WHERE mount = ?', data.mount);
  },
);
