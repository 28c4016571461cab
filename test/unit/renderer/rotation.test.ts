import { describe, expect, it } from 'vitest';
import { policyWords, scheduleWords } from '../../../renderer/features/rotation/policy-words.ts';
import { rotationLines } from '../../../renderer/features/rotation/rotation-lines.ts';
import { seenRotation, stepsOf } from '../../../renderer/features/rotation/rotation-state.ts';
import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const usual: Rotation = {
  id: '7b1ff0a6-6c2b-4a7e-9c3f-2f0d5a3c1e44',
  what: 'static-role',
  how: 'engine',
  name: 'reports',
  path: 'database/static-creds/reports',
  secret: null,
  state: 'idle',
  paused: false,
  periodSeconds: 30 * 86_400,
  jitterSeconds: 0,
  schedule: '',
  windowSeconds: 0,
  dueAt: NOW + 20 * DAY,
  startedAt: null,
  attempts: 0,
  reason: null,
  nextTryAt: null,
  lastRotatedAt: NOW - 10 * DAY,
  lastResult: 'rotated',
  lastResultAt: NOW - 10 * DAY,
  lastReason: null,
  proof: [],
  retireBy: null,
};

describe('how a rotation stands', () => {
  const cases: readonly [string, Partial<Rotation>, string, string][] = [
    ['in good time', {}, 'Fine', 'later'],
    ['tomorrow', { dueAt: NOW + DAY / 2 }, 'Fine', 'today'],
    ['overdue', { dueAt: NOW - 1 }, 'Due', 'due'],
    ['without a policy', { dueAt: null, periodSeconds: 0 }, 'Fine', 'demand'],
    ['paused', { paused: true }, 'Paused', 'paused'],
    ['being set', { state: 'setting', dueAt: null }, 'Under way', 'running'],
    ['blocked', { state: 'setting', reason: 'connection refused', attempts: 3 }, 'Held up', 'held'],
    ['given up', { lastResult: 'reverted', lastReason: 'refused' }, 'Old value kept', 'held'],
    ['waiting for a person', { state: 'asking', how: 'person', reason: 'go there' }, 'Needs you', 'person'],
    ['retiring', { state: 'retiring', reason: '2 sessions' }, 'Former ends soon', 'running'],
    ['held by the clock', { reason: 'the clock was set forward' }, 'Clock in doubt', 'held'],
  ];
  for (const [name, changed, word, when] of cases) {
    it(`is told in a word when it is ${name}`, () => {
      expect(seenRotation({ ...usual, ...changed }, NOW)).toMatchObject({ word, when });
    });
  }

  it('shows that the old value goes back as a step of its own', () => {
    const { words, at } = stepsOf({ ...usual, state: 'reverting' });
    expect(words[at]).toBe('The old one goes back');
  });
});

describe('the calendar', () => {
  it('has what waits for somebody first, then by when it is due', () => {
    const rotations: Rotation[] = [
      { ...usual, id: '1', name: 'later' },
      { ...usual, id: '2', name: 'paused', paused: true },
      { ...usual, id: '3', name: 'soon', dueAt: NOW + 2 * DAY },
      { ...usual, id: '4', name: 'person', state: 'asking' },
      { ...usual, id: '5', name: 'sooner', dueAt: NOW + DAY + 1 },
    ];
    const names = rotationLines(rotations, '', NOW).map((line) =>
      line.kind === 'heading' ? line.words : line.rotation.name,
    );
    expect(names).toEqual([
      'Waits for a person',
      'person',
      'In the next 7 days',
      'sooner',
      'soon',
      'Later',
      'later',
      'Paused',
      'paused',
    ]);
  });

  it('finds by all words in names and paths', () => {
    const found = rotationLines([usual, { ...usual, id: '2', name: 'other' }], 'STATIC other', NOW);
    expect(found).toHaveLength(2);
  });
});

describe('a policy in words', () => {
  it.each([
    [{}, 'every 30 days'],
    [{ periodSeconds: 86_400 }, 'every day'],
    [{ periodSeconds: 3600, jitterSeconds: 7200 }, 'every hour, up to 2 hours later'],
    [{ periodSeconds: 0 }, 'only on demand'],
    [
      { periodSeconds: 0, schedule: '0 3 * * 6', windowSeconds: 7200 },
      'Saturdays at 03:00 UTC, within 2 hours',
    ],
    [{ schedule: '30 4 1 * *' }, 'every 30 days, then on day 1 of the month at 04:30 UTC'],
  ])('%o is %s', (changed, words) => {
    expect(policyWords({ ...usual, ...changed })).toBe(words);
  });

  it('leaves what is not of the usual kinds as it is', () => {
    expect(scheduleWords('*/5 * * * *')).toBe('at */5 * * * * (UTC)');
  });
});
