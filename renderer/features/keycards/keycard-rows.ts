import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { isLive, isStillAlive, seenState } from './keycard-state.ts';
import type { KeycardFilter } from './keycards-store.ts';

/** A line of the keycards list: a keycard, or the heading over some. */
export type KeycardLine =
  | { readonly kind: 'heading'; readonly words: string; readonly tone: 'plain' | 'alarm' }
  | { readonly kind: 'keycard'; readonly keycard: Keycard };

/** How many keycards each filter would show. */
export function countsOf(keycards: readonly Keycard[], now: number): Readonly<Record<KeycardFilter, number>> {
  const counts = { live: 0, expiring: 0, stuck: 0, dead: 0 };
  for (const keycard of keycards) {
    if (!isLive(keycard)) counts.dead++;
    else {
      counts.live++;
      if (isStillAlive(keycard, now)) counts.stuck++;
      else if (seenState(keycard, now).tone === 'expiring') counts.expiring++;
    }
  }
  return counts;
}

/** The lines for a filter and a search: what should be dead first, then by deadline, and the dead by their end. */
export function keycardLines(
  keycards: readonly Keycard[],
  filter: KeycardFilter,
  words: string,
  now: number,
): readonly KeycardLine[] {
  const wanted = words.trim().toLowerCase();
  const found = keycards.filter((keycard) => wanted === '' || textOf(keycard).includes(wanted));
  const live = found.filter(isLive);
  const stuck = live.filter((keycard) => isStillAlive(keycard, now));
  const rest = live.filter((keycard) => !isStillAlive(keycard, now));
  const dead = found.filter((keycard) => !isLive(keycard));
  switch (filter) {
    case 'live':
      return [
        ...section('Should be dead, and is still alive', 'alarm', stuck),
        ...section(stuck.length > 0 ? 'Live' : null, 'plain', rest),
      ];
    case 'expiring':
      return section(
        null,
        'plain',
        rest.filter((keycard) => seenState(keycard, now).tone === 'expiring'),
      );
    case 'stuck':
      return section(null, 'plain', stuck);
    case 'dead':
      return section(
        null,
        'plain',
        [...dead].sort((a, b) => b.expiresAt - a.expiresAt),
        false,
      );
    default:
      return filter satisfies never;
  }
}

function section(
  heading: string | null,
  tone: 'plain' | 'alarm',
  keycards: readonly Keycard[],
  byDeadline = true,
): readonly KeycardLine[] {
  if (keycards.length === 0) return [];
  const sorted = byDeadline ? [...keycards].sort((a, b) => a.expiresAt - b.expiresAt) : keycards;
  const lines = sorted.map((keycard) => ({ kind: 'keycard', keycard }) as const);
  return heading === null ? lines : [{ kind: 'heading', words: heading, tone }, ...lines];
}

function textOf(keycard: Keycard): string {
  return `${keycard.path} ${keycard.holder} ${keycard.username ?? ''}`.toLowerCase();
}
