import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import type { StateDb } from '../../vault/state-db.ts';

import { tokenRoleDeleted, tokenRoleWritten } from './token-role-rows.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.number().int();
const seconds = z.number().int().min(0);

const made = {
  hash,
  accessor: z.string(),
  parent: hash.nullable(),
  displayName: z.string(),
  app: z.string().nullable(),
  policies: z.array(z.string()),
  meta: z.record(z.string(), z.string()),
  path: z.string(),
  mount: z.string(),
  issuedAt: instant,
  creationTtl: seconds,
  expiresAt: instant.nullable(),
  maxExpiresAt: instant.nullable(),
  explicitMaxTtl: seconds,
  period: seconds,
  idleTtl: seconds,
  renewable: z.boolean(),
  usesLeft: seconds,
};

/** A token was made, as older ledgers say it: without role, entity and bounds. */
export const tokenCreatedBefore = defineChange(
  'tokens/created@1',
  z.strictObject({ ...made, kind: z.enum(['service', 'session']) }),
  (db, token) => insertToken(db, { ...token, role: null, entity: null, boundCidrs: [] }),
);

const created = z.strictObject({
  ...made,
  kind: z.enum(['service', 'session', 'wrapping']),
  role: z.string().nullable(),
  entity: z.string().nullable(),
  boundCidrs: z.array(z.string()),
});

/** A token was made. It names the token by keyed hash and accessor alone. SECURITY(B2) */
export const tokenCreated = defineChange('tokens/created@2', created, insertToken);

function insertToken(db: StateDb, token: z.infer<typeof created>): void {
  db.run(
    `INSERT INTO tokens (hash, accessor, parent, kind, display_name, app, policies, meta, path, mount, issued_at,
       creation_ttl, expires_at, max_expires_at, explicit_max_ttl, period, idle_ttl, renewable, uses_left, role, entity,
       bound_cidrs)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    token.hash,
    token.accessor,
    token.parent,
    token.kind,
    token.displayName,
    token.app,
    JSON.stringify(token.policies),
    JSON.stringify(token.meta),
    token.path,
    token.mount,
    token.issuedAt,
    token.creationTtl,
    token.expiresAt,
    token.maxExpiresAt,
    token.explicitMaxTtl,
    token.period,
    token.idleTtl,
    token.renewable ? 1 : 0,
    token.usesLeft,
    token.role,
    token.entity,
    JSON.stringify(token.boundCidrs),
  );
}

/** A token was used; kept at most once a minute. Moves the end of a token that dies of idleness. */
export const tokenUsed = defineChange(
  'tokens/used@1',
  z.strictObject({ hash, at: instant }),
  (db, { hash, at }) =>
    db.run(
      `UPDATE tokens SET last_used_at = ?1,
         expires_at = CASE WHEN idle_ttl > 0 THEN min(?1 + idle_ttl * 1000, coalesce(max_expires_at, ?1 + idle_ttl * 1000))
                           ELSE expires_at END
       WHERE hash = ?2`,
      at,
      hash,
    ),
);

/** One of a limited number of uses is gone; the last one leaves -1 until its request is through. */
export const tokenSpent = defineChange('tokens/spent@1', z.strictObject({ hash }), (db, { hash }) =>
  db.run(
    'UPDATE tokens SET uses_left = CASE uses_left WHEN 1 THEN -1 ELSE uses_left - 1 END WHERE hash = ? AND uses_left > 0',
    hash,
  ),
);

/** The end moved. */
export const tokenRenewed = defineChange(
  'tokens/renewed@1',
  z.strictObject({ hash, at: instant, expiresAt: instant }),
  (db, { hash, at, expiresAt }) =>
    db.run('UPDATE tokens SET expires_at = ?, last_renewed_at = ? WHERE hash = ?', expiresAt, at, hash),
);

/** Tokens died, each named with its accessor for whoever reads the record. */
export const tokensRevoked = defineChange(
  'tokens/revoked@1',
  z.strictObject({
    tokens: z.array(z.strictObject({ hash, accessor: z.string() })),
    why: z.enum(['revoked', 'expired', 'spent', 'unmounted', 'restarted']),
  }),
  (db, { tokens }) => {
    for (const { hash } of tokens) db.run('DELETE FROM tokens WHERE hash = ?', hash);
  },
);

/** A token's children live on without it. */
export const tokenChildrenOrphaned = defineChange(
  'tokens/children-orphaned@1',
  z.strictObject({ hash }),
  (db, { hash }) => db.run('UPDATE tokens SET parent = NULL WHERE parent = ?', hash),
);

export const tokenChanges = [
  tokenCreatedBefore,
  tokenRoleWritten,
  tokenRoleDeleted,
  tokenCreated,
  tokenUsed,
  tokenSpent,
  tokenRenewed,
  tokensRevoked,
  tokenChildrenOrphaned,
];
