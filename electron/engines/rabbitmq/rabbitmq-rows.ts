import type { ReadDb } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';
import type { VhostPermissions, VhostTopics } from './permissions.ts';

/** A mount's connection, without its password. */
export interface Connection {
  readonly mount: string;
  /** Counts the writes; binds the sealed password. */
  readonly version: number;
  readonly uri: string;
  readonly username: string;
  /** PEM, or ''. */
  readonly tlsCa: string;
  /** '' for the engine's own. */
  readonly usernameTemplate: string;
  readonly secret: ValueHash;
}

/** What users of a role may do. */
export interface Role {
  readonly name: string;
  /** With commas between; '' for an app that only sends and receives. */
  readonly tags: string;
  readonly vhosts: VhostPermissions;
  readonly vhostTopics: VhostTopics;
  /** What did not work in the last rehearsal, in words; null where there was none. */
  readonly missing: readonly string[] | null;
}

/** The mount's connection, if it is configured. */
export function findConnection(db: ReadDb, mount: string): Connection | undefined {
  return db.get<Connection>(
    `SELECT mount, version, uri, username, tls_ca AS tlsCa, username_template AS usernameTemplate, secret
     FROM rabbitmq_connection WHERE mount = ?`,
    mount,
  );
}

/** The mounts that have a connection: several may lead to one server. */
export function allMounts(db: ReadDb): readonly string[] {
  return db.all<{ mount: string }>('SELECT mount FROM rabbitmq_connection').map(({ mount }) => mount);
}

/** How long users live, in seconds; 0 means the mount's. */
export function leaseConfig(db: ReadDb, mount: string): { readonly ttl: number; readonly maxTtl: number } {
  const row = db.get<{ ttl: number; maxTtl: number }>(
    'SELECT ttl, max_ttl AS maxTtl FROM rabbitmq_leases WHERE mount = ?',
    mount,
  );
  return row ?? { ttl: 0, maxTtl: 0 };
}

/** The role of that name, if there is one. */
export function findRole(db: ReadDb, mount: string, name: string): Role | undefined {
  const row = db.get<{ tags: string; vhosts: string; topics: string; missing: string }>(
    'SELECT tags, vhosts, vhost_topics AS topics, missing FROM rabbitmq_role WHERE mount = ? AND name = ?',
    mount,
    name,
  );
  return (
    row && {
      name,
      tags: row.tags,
      vhosts: JSON.parse(row.vhosts) as VhostPermissions,
      vhostTopics: JSON.parse(row.topics) as VhostTopics,
      missing: JSON.parse(row.missing) as string[] | null,
    }
  );
}

/** The names of a mount's roles, sorted. */
export function roleNames(db: ReadDb, mount: string): string[] {
  return db
    .all<{ name: string }>('SELECT name FROM rabbitmq_role WHERE mount = ? ORDER BY name', mount)
    .map(({ name }) => name);
}
