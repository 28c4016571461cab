import { describe, expect, test } from 'vitest';
import { countsOf, keycardLines } from '../../../renderer/features/keycards/keycard-rows.ts';
import { isStillAlive, seenState } from '../../../renderer/features/keycards/keycard-state.ts';
import { keycard, NOON } from './keycard-fixture.ts';

const minute = 60_000;
const stuck = keycard({ leaseId: 'stuck', state: 'ending', reason: 'the database does not answer' });
const dead = keycard({
  leaseId: 'dead',
  state: 'dead',
  proof: ['login refused: 28P01'],
  expiresAt: NOON - minute,
});

describe('what is seen of a keycard', () => {
  test.each([
    ['active while most of its time is left', keycard(), NOON + minute, 'Active', 'active'],
    ['expiring in its last fifth', keycard(), NOON + 9 * minute, 'Expiring', 'expiring'],
    ['ending once its time is over', keycard(), NOON + 10 * minute, 'Ending', 'expiring'],
    ['still alive when nobody ended it', keycard(), NOON + 11 * minute, 'Still alive', 'blocked'],
    ['still alive when its end failed', stuck, NOON, 'Still alive', 'blocked'],
    ['ending while its end is under way', keycard({ state: 'ending' }), NOON, 'Ending', 'expiring'],
    ['being made before it is', keycard({ state: 'pending' }), NOON, 'Being made', 'expiring'],
    ['dead and proven', dead, NOON, 'Dead, proven', 'dead'],
    ['dead, and no more than that, without a proof', keycard({ state: 'dead' }), NOON, 'Dead', 'dead'],
    ['abandoned', keycard({ state: 'abandoned' }), NOON, 'Abandoned', 'dead'],
  ] as const)('%s', (_, shown, now, word, tone) => {
    expect(seenState(shown, now)).toMatchObject({ word, tone });
  });

  test('the ring runs from full to empty and never beyond', () => {
    expect(seenState(keycard(), NOON - minute).fraction).toBe(1);
    expect(seenState(keycard(), NOON + 5 * minute).fraction).toBe(0.5);
    expect(seenState(keycard(), NOON + 60 * minute).fraction).toBe(0);
  });

  test('what is dead is never still alive', () => {
    expect(isStillAlive(dead, NOON + 60 * minute)).toBe(false);
  });
});

describe('the list of keycards', () => {
  const soon = keycard({ leaseId: 'soon', expiresAt: NOON + minute, issuedAt: NOON - 9 * minute });
  const late = keycard({ leaseId: 'late', expiresAt: NOON + 60 * minute, holder: 'anna' });
  const all = [late, dead, stuck, soon];
  const ids = (...input: Parameters<typeof keycardLines>) =>
    keycardLines(...input).map((line) => (line.kind === 'keycard' ? line.keycard.leaseId : line.words));

  test('what should be dead comes first, then what ends soonest', () => {
    expect(ids(all, 'live', '', NOON)).toEqual([
      'Should be dead, and is still alive',
      'stuck',
      'Live',
      'soon',
      'late',
    ]);
  });

  test('each filter shows its own', () => {
    expect(ids(all, 'expiring', '', NOON)).toEqual(['soon']);
    expect(ids(all, 'stuck', '', NOON)).toEqual(['stuck']);
    expect(ids(all, 'dead', '', NOON)).toEqual(['dead']);
    expect(countsOf(all, NOON)).toEqual({ live: 3, expiring: 1, stuck: 1, dead: 1 });
  });

  test('a search looks at door, holder and user', () => {
    expect(ids(all, 'live', 'ANNA', NOON)).toEqual(['late']);
    expect(ids(all, 'live', 'nobody', NOON)).toEqual([]);
  });
});
