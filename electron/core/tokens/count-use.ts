import type { Change } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { tokenSpent, tokenUsed } from './token-changes.ts';
import type { TokenRow } from './token-rows.ts';

/** The last use of a token is kept once in so many milliseconds. */
const USE_KEPT_EVERY = 60_000;

/** What using a token changes: one use less, when it was last used. Denied uses count too, as in Vault. */
export function countUse(token: TokenRow, now: number): readonly Change[] {
  const changes: Change[] = [];
  if (token.usesLeft > 0) changes.push(tokenSpent.make({ hash: token.hash }));
  if (token.lastUsedAt === null || now - token.lastUsedAt >= USE_KEPT_EVERY) {
    changes.push(tokenUsed.make({ hash: token.hash, at: now }));
  }
  return changes;
}

/** Ends a token whose last use is through. `isCounted`: the row was read after this use was taken off. */
export function endSpentToken(
  db: ReadDb,
  token: TokenRow | undefined,
  requestId: string,
  isCounted = false,
): readonly Change[] {
  return token?.usesLeft === (isCounted ? -1 : 1) ? revokeTokens(db, [token.hash], 'spent', requestId) : [];
}
