import type { Migration } from '../../vault/change.ts';
import type { ReadDb, SqlValue } from '../../vault/state-db.ts';
import { tokenRoleMigration } from './token-role-rows.ts';

/** `wrapping`: holds one wrapped answer. `service`: made by a login or `auth/token/create`. `session`: the desktop's own, which lives no longer than the process. */
export type TokenKind = 'service' | 'session' | 'wrapping';

/** A live token. Dead ones are not in the state. Instants in milliseconds, lifetimes in seconds. */
export interface TokenRow {
  readonly hash: string;
  readonly accessor: string;
  readonly parent: string | null;
  readonly kind: TokenKind;
  readonly displayName: string;
  /** Which app this is, where a login said so. */
  readonly app: string | null;
  readonly policies: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  /** Where it was made: `auth/token/create`. */
  readonly path: string;
  readonly mount: string;
  readonly issuedAt: number;
  readonly creationTtl: number;
  /** null: never. */
  readonly expiresAt: number | null;
  /** null: may be renewed for ever. */
  readonly maxExpiresAt: number | null;
  readonly explicitMaxTtl: number;
  readonly period: number;
  /** Not 0: each use moves the end this far away, within the maximum. */
  readonly idleTtl: number;
  readonly renewable: boolean;
  /** 0: without limit. -1: its last use is under way. */
  readonly usesLeft: number;
  /** The token role that made it. */
  readonly role: string | null;
  /** Whom it acts for. */
  readonly entity: string | null;
  /** Address ranges outside of which it is nobody's; empty: anywhere. */
  readonly boundCidrs: readonly string[];
  readonly lastRenewedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** Roles, entities and address bounds came later. */
const tokenBoundsMigration: Migration = {
  id: 'tokens/002-bounds',
  sql: `
    ALTER TABLE tokens ADD COLUMN role TEXT;
    ALTER TABLE tokens ADD COLUMN entity TEXT;
    ALTER TABLE tokens ADD COLUMN bound_cidrs TEXT NOT NULL DEFAULT '[]';`,
};

const tokenMigration: Migration = {
  id: 'tokens/001-tokens',
  sql: `
    CREATE TABLE tokens (
      hash TEXT NOT NULL PRIMARY KEY,
      accessor TEXT NOT NULL UNIQUE,
      parent TEXT,
      kind TEXT NOT NULL,
      display_name TEXT NOT NULL,
      app TEXT,
      policies TEXT NOT NULL,
      meta TEXT NOT NULL,
      path TEXT NOT NULL,
      mount TEXT NOT NULL,
      issued_at INTEGER NOT NULL,
      creation_ttl INTEGER NOT NULL,
      expires_at INTEGER,
      max_expires_at INTEGER,
      explicit_max_ttl INTEGER NOT NULL,
      period INTEGER NOT NULL,
      idle_ttl INTEGER NOT NULL,
      renewable INTEGER NOT NULL,
      uses_left INTEGER NOT NULL,
      last_renewed_at INTEGER,
      last_used_at INTEGER
    ) STRICT;
    CREATE INDEX tokens_by_parent ON tokens (parent) WHERE parent IS NOT NULL;
    CREATE INDEX tokens_by_end ON tokens (expires_at) WHERE expires_at IS NOT NULL;
    CREATE INDEX tokens_by_mount ON tokens (mount);
    CREATE INDEX tokens_by_kind ON tokens (kind) WHERE kind <> 'service';
    CREATE INDEX tokens_in_last_use ON tokens (uses_left) WHERE uses_left < 0;`,
};

export const tokenMigrations: readonly Migration[] = [
  tokenMigration,
  tokenBoundsMigration,
  tokenRoleMigration,
];

interface StoredToken {
  readonly hash: string;
  readonly accessor: string;
  readonly parent: string | null;
  readonly kind: TokenKind;
  readonly display_name: string;
  readonly app: string | null;
  readonly policies: string;
  readonly meta: string;
  readonly path: string;
  readonly mount: string;
  readonly issued_at: number;
  readonly creation_ttl: number;
  readonly expires_at: number | null;
  readonly max_expires_at: number | null;
  readonly explicit_max_ttl: number;
  readonly period: number;
  readonly idle_ttl: number;
  readonly renewable: number;
  readonly uses_left: number;
  readonly role: string | null;
  readonly entity: string | null;
  readonly bound_cidrs: string;
  readonly last_renewed_at: number | null;
  readonly last_used_at: number | null;
}

/** The token of that keyed hash, if it is in the state; it may be overdue. */
export function findToken(db: ReadDb, hash: string): TokenRow | undefined {
  return read(db, 'hash = ?', hash);
}

/** The token of that accessor, if it is in the state; it may be overdue. */
export function findTokenByAccessor(db: ReadDb, accessor: string): TokenRow | undefined {
  return read(db, 'accessor = ?', accessor);
}

/** Says whether a token has not yet reached its end. */
export function isAlive(token: TokenRow, now: number): boolean {
  return token.expiresAt === null || token.expiresAt > now;
}

/** The instant after which the token cannot live, renewed or not; null if there is none. */
export function lastInstant(token: TokenRow): number | null {
  if (token.period > 0 || token.idleTtl > 0) return token.maxExpiresAt;
  return token.renewable ? token.maxExpiresAt : token.expiresAt;
}

/** Tokens by a condition on the stored columns. */
export function selectTokens(db: ReadDb, where: string, ...params: SqlValue[]): readonly TokenRow[] {
  return db.all<StoredToken>(`SELECT * FROM tokens WHERE ${where}`, ...params).map(fromStored);
}

/**
 * Tokens that were made at or below a path, as Vault's prefixes name them: `auth/userpass/login/bob`. A root token that
 * never expires has no lease in Vault, and no prefix reaches it.
 */
export function tokensBelow(db: ReadDb, prefix: string): readonly TokenRow[] {
  const bare = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  return selectTokens(
    db,
    "kind = 'service' AND (path = ? OR (path >= ? AND path < ?))",
    bare,
    `${bare}/`,
    `${bare}0`,
  ).filter(({ expiresAt, policies }) => expiresAt !== null || !policies.includes('root'));
}

/** A token with its children and theirs, the token first. */
export function tokenTree(db: ReadDb, root: string): readonly TokenRow[] {
  return db
    .all<StoredToken>(
      `WITH RECURSIVE tree (member) AS (
         SELECT hash FROM tokens WHERE hash = ?
         UNION SELECT tokens.hash FROM tokens JOIN tree ON tokens.parent = tree.member
       ) SELECT tokens.* FROM tree JOIN tokens ON tokens.hash = tree.member`,
      root,
    )
    .map(fromStored);
}

function read(db: ReadDb, where: string, ...params: SqlValue[]): TokenRow | undefined {
  const stored = db.get<StoredToken>(`SELECT * FROM tokens WHERE ${where}`, ...params);
  return stored && fromStored(stored);
}

function fromStored(stored: StoredToken): TokenRow {
  return {
    hash: stored.hash,
    accessor: stored.accessor,
    parent: stored.parent,
    kind: stored.kind,
    displayName: stored.display_name,
    app: stored.app,
    policies: JSON.parse(stored.policies) as string[],
    meta: JSON.parse(stored.meta) as Record<string, string>,
    path: stored.path,
    mount: stored.mount,
    issuedAt: stored.issued_at,
    creationTtl: stored.creation_ttl,
    expiresAt: stored.expires_at,
    maxExpiresAt: stored.max_expires_at,
    explicitMaxTtl: stored.explicit_max_ttl,
    period: stored.period,
    idleTtl: stored.idle_ttl,
    renewable: stored.renewable === 1,
    usesLeft: stored.uses_left,
    role: stored.role,
    entity: stored.entity,
    boundCidrs: stored.bound_cidrs === '[]' ? [] : (JSON.parse(stored.bound_cidrs) as string[]),
    lastRenewedAt: stored.last_renewed_at,
    lastUsedAt: stored.last_used_at,
  };
}
