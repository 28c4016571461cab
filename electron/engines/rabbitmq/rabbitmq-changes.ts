import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import { vhostPermissions, vhostTopics } from './permissions.ts';

const mounted = z.object({ mount: z.string() });

/** The mount's connection was configured, for the first time or anew. */
export const CONNECTION_CONFIGURED = defineChange(
  'rabbitmq/connection-configured@1',
  mounted.extend({
    version: z.number().int().positive(),
    uri: z.string(),
    username: z.string(),
    tlsCa: z.string(),
    usernameTemplate: z.string(),
    secret: z.string(),
  }),
  (db, data) =>
    db.run(
      `INSERT OR REPLACE INTO rabbitmq_connection (mount, version, uri, username, tls_ca, username_template, secret)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      data.mount,
      data.version,
      data.uri,
      data.username,
      data.tlsCa,
      data.usernameTemplate,
      data.secret,
    ),
);

/** How long users live was configured; seconds, 0 meaning the mount's. */
export const LEASES_CONFIGURED = defineChange(
  'rabbitmq/leases-configured@1',
  mounted.extend({ ttl: z.number().int(), maxTtl: z.number().int() }),
  (db, data) =>
    db.run(
      'INSERT OR REPLACE INTO rabbitmq_leases (mount, ttl, max_ttl) VALUES (?, ?, ?)',
      data.mount,
      data.ttl,
      data.maxTtl,
    ),
);

/** A role was written. */
export const ROLE_WRITTEN = defineChange(
  'rabbitmq/role-written@1',
  mounted.extend({ name: z.string(), tags: z.string(), vhosts: vhostPermissions, vhostTopics }),
  (db, data) =>
    db.run(
      'INSERT OR REPLACE INTO rabbitmq_role (mount, name, tags, vhosts, vhost_topics) VALUES (?, ?, ?, ?, ?)',
      data.mount,
      data.name,
      data.tags,
      JSON.stringify(data.vhosts),
      JSON.stringify(data.vhostTopics),
    ),
);

/** What a rehearsal of the role has shown; writing the role again forgets it. */
export const ROLE_REHEARSED = defineChange(
  'rabbitmq/role-rehearsed@1',
  mounted.extend({ name: z.string(), missing: z.array(z.string()) }),
  (db, data) =>
    db.run(
      'UPDATE rabbitmq_role SET missing = ? WHERE mount = ? AND name = ?',
      JSON.stringify(data.missing),
      data.mount,
      data.name,
    ),
);

/** A role is gone; what was issued under it lives on until its end. */
export const ROLE_REMOVED = defineChange(
  'rabbitmq/role-removed@1',
  mounted.extend({ name: z.string() }),
  (db, data) => db.run('DELETE FROM rabbitmq_role WHERE mount = ? AND name = ?', data.mount, data.name),
);

/** The mount is gone with everything in it. */
export const RABBITMQ_UNMOUNTED = defineChange('rabbitmq/unmounted@1', mounted, (db, data) => {
  for (const table of ['connection', 'leases', 'role']) {
    db.run(`DELETE FROM rabbitmq_${table} WHERE mount = ?`, data.mount);
  }
});
