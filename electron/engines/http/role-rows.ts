import { patternMatches, readPathPattern } from '../../core/policy/path-pattern.ts';
import type { ReadDb } from '../../vault/state-db.ts';

/** What a keycard of that name may do at its upstream. Lifetimes in seconds; 0 means the mount's. */
export interface HttpRole {
  readonly name: string;
  /** The upstream's name. */
  readonly upstream: string;
  readonly methods: readonly string[];
  /** Below the base URL, in the patterns of policies: `+` is one segment, a last `*` is any rest. */
  readonly paths: readonly string[];
  readonly ttl: number;
  readonly maxTtl: number;
}

interface StoredRole {
  readonly name: string;
  readonly upstream: string;
  readonly methods: string;
  readonly paths: string;
  readonly ttl: number;
  readonly max_ttl: number;
}

/** The role of that name, if there is one. */
export function findRole(db: ReadDb, mount: string, name: string): HttpRole | undefined {
  const row = db.get<StoredRole>('SELECT * FROM http_role WHERE mount = ? AND name = ?', mount, name);
  return (
    row && {
      name: row.name,
      upstream: row.upstream,
      methods: JSON.parse(row.methods) as string[],
      paths: JSON.parse(row.paths) as string[],
      ttl: row.ttl,
      maxTtl: row.max_ttl,
    }
  );
}

/** The names of a mount's roles, sorted. */
export function roleNames(db: ReadDb, mount: string): readonly string[] {
  return db
    .all<{ name: string }>('SELECT name FROM http_role WHERE mount = ? ORDER BY name', mount)
    .map(({ name }) => name);
}

/** Whether the role lets this method at this (decoded) path. */
export function roleAllows(role: HttpRole, method: string, path: string): boolean {
  if (!role.methods.includes(method)) return false;
  const parts = path.split('/');
  return role.paths.some((text) => {
    const pattern = readPathPattern(text);
    return pattern === undefined ? text === path : patternMatches(pattern, path, parts);
  });
}
