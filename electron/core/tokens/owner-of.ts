import type { ReadDb } from '../../vault/state-db.ts';
import { findToken, type TokenRow } from './token-rows.ts';

/** Further up nobody looks: all that descend from so far up are counted as one. */
const MOST_GENERATIONS = 64;

/**
 * Whom a token is counted for where each gets a share of something: its entity, or else its oldest ancestor that is no root
 * token. Who may make tokens gains no further shares by making some.
 */
export function ownerOf(db: ReadDb, token: TokenRow): string {
  let oldest = token;
  for (let generation = 0; generation < MOST_GENERATIONS; generation += 1) {
    if (oldest.entity !== null) return `entity ${oldest.entity}`;
    const parent = oldest.parent === null ? undefined : findToken(db, oldest.parent);
    if (parent === undefined || parent.policies.includes('root')) return `token ${oldest.accessor}`;
    oldest = parent;
  }
  return 'a long line of tokens';
}
