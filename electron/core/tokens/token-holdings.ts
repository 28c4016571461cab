import type { Change } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { allKept, cubbyholesEmptied } from '../cubbyhole/cubbyhole-rows.ts';
import { wrapsEnded } from '../wrapping/wrap-changes.ts';
import { findWrap } from '../wrapping/wrap-rows.ts';

/** The changes that erase what dead tokens held: the answer that was wrapped into one, and their cubbyholes. */
export function emptyHoldings(db: ReadDb, hashes: readonly string[], why: string): readonly Change[] {
  const wraps = hashes.flatMap((hash) => findWrap(db, hash) ?? []);
  const kept = hashes.flatMap((hash) => allKept(db, hash).map(({ value }) => ({ hash, value })));
  const values = [...wraps.flatMap(({ value }) => value ?? []), ...kept.map(({ value }) => value)];
  return [
    ...(wraps.length > 0 ? [wrapsEnded.make({ hashes: wraps.map(({ hash }) => hash), why })] : []),
    ...(kept.length > 0
      ? [cubbyholesEmptied.make({ hashes: [...new Set(kept.map(({ hash }) => hash))] })]
      : []),
    ...values.map((hash): Change => ({ type: FORGET_VALUE, data: { hash } })),
  ];
}
