import type { LeaseTurn, RequestTurn } from '../../core/turn.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';
import type { KeyPlacement } from './key-placement.ts';

/** A configured upstream, without its key. */
export interface Upstream {
  readonly mount: string;
  readonly name: string;
  /** Another one when it is moved to another address: keycards are for this one alone. */
  readonly id: string;
  /** Counts the keys, and all else that decides to whom they go; binds the sealed key with the id. */
  readonly version: number;
  /** Ends with a slash; no credentials, query or fragment. */
  readonly baseUrl: string;
  readonly placement: KeyPlacement;
  /** PEM; empty: whom the platform trusts. */
  readonly ca: string;
  readonly maxConnections: number;
  /** Seconds. */
  readonly idleTimeout: number;
  readonly secret: ValueHash;
}

interface StoredUpstream {
  readonly mount: string;
  readonly name: string;
  readonly id: string;
  readonly version: number;
  readonly base_url: string;
  readonly placement: string;
  readonly ca: string;
  readonly max_connections: number;
  readonly idle_timeout: number;
  readonly secret: ValueHash;
}

/** The upstream of that name, if it is configured. */
export function findUpstream(db: ReadDb, mount: string, name: string): Upstream | undefined {
  const stored = db.get<StoredUpstream>(
    'SELECT * FROM http_upstream WHERE mount = ? AND name = ?',
    mount,
    name,
  );
  return stored && fromStored(stored);
}

/** A mount's upstreams, sorted by name. */
export function upstreamsOf(db: ReadDb, mount: string): readonly Upstream[] {
  return db
    .all<StoredUpstream>('SELECT * FROM http_upstream WHERE mount = ? ORDER BY name', mount)
    .map(fromStored);
}

type Bound = Pick<Upstream, 'mount' | 'id' | 'version'>;

/** Seals a key, bound to the upstream and this version of it. */
export function sealKey(turn: RequestTurn, bound: Bound, key: string): ValueHash {
  const bytes = new TextEncoder().encode(key);
  try {
    return turn.sealValue(bytes, contextOf(bound));
  } finally {
    bytes.fill(0);
  }
}

/** Opens an upstream's key. */
export function revealKey(turn: LeaseTurn, upstream: Upstream): string {
  const bytes = turn.revealValue(upstream.secret, contextOf(upstream));
  try {
    return new TextDecoder().decode(bytes);
  } finally {
    bytes.fill(0);
  }
}

function contextOf({ mount, id, version }: Bound) {
  return { mount, owner: id, version };
}

function fromStored(row: StoredUpstream): Upstream {
  return {
    mount: row.mount,
    name: row.name,
    id: row.id,
    version: row.version,
    baseUrl: row.base_url,
    placement: JSON.parse(row.placement) as KeyPlacement,
    ca: row.ca,
    maxConnections: row.max_connections,
    idleTimeout: row.idle_timeout,
    secret: row.secret,
  };
}
