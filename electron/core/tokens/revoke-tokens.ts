import type { Change } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { endLeases } from '../leases/end-leases.ts';
import { tokensRevoked } from './token-changes.ts';
import { emptyHoldings } from './token-holdings.ts';

interface Doomed {
  readonly hash: string;
  readonly accessor: string;
}

/** Why tokens die, for the record. */
export type RevokeReason = 'revoked' | 'expired' | 'spent' | 'unmounted' | 'restarted';

/**
 * The changes that end tokens with all that hangs on them: children, their children, and every lease of each.
 * The leases are dead to us at once; nobody waits for their targets.
 */
export function revokeTokens(
  db: ReadDb,
  roots: readonly string[],
  why: RevokeReason,
  requestId: string,
): readonly Change[] {
  const tokens = new Map<string, Doomed>();
  for (const root of roots) {
    if (tokens.has(root)) continue;
    for (const token of tree(db, root)) tokens.set(token.hash, token);
  }
  return endTokens(db, [...tokens.values()], why, requestId);
}

/** Ends one token and its leases; its children must be taken care of by the caller. */
export function endTokens(
  db: ReadDb,
  tokens: readonly Doomed[],
  why: RevokeReason,
  requestId: string,
): readonly Change[] {
  if (tokens.length === 0) return [];
  const leases = tokens.flatMap(({ hash }) =>
    db.all<{ id: string }>(
      "SELECT id FROM leases WHERE token_hash = ? AND state IN ('pending', 'active')",
      hash,
    ),
  );
  return [
    tokensRevoked.make({ tokens: tokens.map(({ hash, accessor }) => ({ hash, accessor })), why }),
    ...endLeases(
      leases.map(({ id }) => id),
      'token-ended',
      requestId,
    ),
    ...emptyHoldings(
      db,
      tokens.map(({ hash }) => hash),
      why,
    ),
  ];
}

function tree(db: ReadDb, root: string): readonly Doomed[] {
  return db.all<Doomed>(
    `WITH RECURSIVE tree (hash, accessor) AS (
       SELECT hash, accessor FROM tokens WHERE hash = ?
       UNION SELECT tokens.hash, tokens.accessor FROM tokens JOIN tree ON tokens.parent = tree.hash
     ) SELECT hash, accessor FROM tree`,
    root,
  );
}
