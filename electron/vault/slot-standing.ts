import type { VaultHeader } from '../crypto/vault-header.ts';
import { type Slots, slotsOf } from './slot-records.ts';

/**
 * How a header stands to what the ledger knows of it. FORMAT.md section 8.
 * `unrecorded`: one change ahead, whose record was not written any more.
 */
export type SlotStanding = 'same' | 'unrecorded' | 'header-older' | 'ledger-older';

/** Compares a header, whose MAC was checked, with the ledger's word. */
export function standingOfSlots(header: VaultHeader, known: Slots | undefined): SlotStanding {
  const recorded = known?.revision ?? 0;
  if (header.revision > recorded) return header.revision === recorded + 1 ? 'unrecorded' : 'ledger-older';
  if (header.revision < recorded) return 'header-older';
  const same = !known || JSON.stringify(slotsOf(header)) === JSON.stringify(known);
  // Of two headers with one number, the one that the ledger does not know comes from elsewhere.
  return same ? 'same' : 'header-older';
}

/** Leaves of a header what the ledger vouches for; undefined where a keyholder would be left without a way. */
export function vouchedFor(header: VaultHeader, known: Slots): VaultHeader | undefined {
  const mine = new Map(slotsOf(header).keyholders.map((keyholder) => [keyholder.id, keyholder]));
  const keyholders = header.keyholders.flatMap((keyholder) => {
    const theirs = known.keyholders.find(({ id }) => id === keyholder.id);
    const ours = mine.get(keyholder.id);
    if (!theirs || ours?.digest !== theirs.digest) return [];
    const vouched = new Set(theirs.ways.map(({ digest }) => digest));
    const ways = keyholder.ways.filter((_, i) => vouched.has(ours.ways[i]?.digest ?? ''));
    return ways.length > 0 ? [{ ...keyholder, ways }] : [];
  });
  return keyholders.length > 0 ? { ...header, keyholders } : undefined;
}
