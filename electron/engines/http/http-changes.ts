import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import { keyPlacement } from './key-placement.ts';

const named = z.object({ mount: z.string(), name: z.string() });
const count = z.number().int().min(0);

/** An upstream was configured, for the first time or anew. */
export const UPSTREAM_CONFIGURED = defineChange(
  'http/upstream-configured@1',
  named.extend({
    id: z.string(),
    version: count,
    baseUrl: z.string(),
    placement: keyPlacement,
    ca: z.string(),
    maxConnections: count,
    idleTimeout: count,
    secret: z.string(),
  }),
  (db, data) =>
    db.run(
      `INSERT OR REPLACE INTO http_upstream (mount, name, id, version, base_url, placement, ca, max_connections,
       idle_timeout, secret) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      data.mount,
      data.name,
      data.id,
      data.version,
      data.baseUrl,
      JSON.stringify(data.placement),
      data.ca,
      data.maxConnections,
      data.idleTimeout,
      data.secret,
    ),
);

/** An upstream is gone: its keycards open nothing any more. */
export const UPSTREAM_REMOVED = defineChange('http/upstream-removed@1', named, (db, data) =>
  db.run('DELETE FROM http_upstream WHERE mount = ? AND name = ?', data.mount, data.name),
);

/** A role was written. */
export const HTTP_ROLE_WRITTEN = defineChange(
  'http/role-written@1',
  named.extend({
    upstream: z.string(),
    methods: z.array(z.string()),
    paths: z.array(z.string()),
    ttl: count,
    maxTtl: count,
  }),
  (db, data) =>
    db.run(
      `INSERT OR REPLACE INTO http_role (mount, name, upstream, methods, paths, ttl, max_ttl)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      data.mount,
      data.name,
      data.upstream,
      JSON.stringify(data.methods),
      JSON.stringify(data.paths),
      data.ttl,
      data.maxTtl,
    ),
);

/** A role is gone: what was issued under it opens nothing any more. */
export const HTTP_ROLE_REMOVED = defineChange('http/role-removed@1', named, (db, data) =>
  db.run('DELETE FROM http_role WHERE mount = ? AND name = ?', data.mount, data.name),
);

/** The mount is gone with everything in it. */
export const HTTP_UNMOUNTED = defineChange(
  'http/unmounted@1',
  z.object({ mount: z.string() }),
  (db, data) => {
    db.run('DELETE FROM http_upstream WHERE mount = ?', data.mount);
    db.run('DELETE FROM http_role WHERE mount = ?', data.mount);
  },
);
