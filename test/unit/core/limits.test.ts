import { expect, test } from 'vitest';
import { calculateTtl } from '../../../electron/core/limits.ts';

const HOUR = 3600;
const NOW = 1_000_000_000;
const plain = {
  now: NOW,
  startedAt: NOW,
  wanted: 0,
  fallback: 0,
  mountDefault: 0,
  mountMax: 0,
  maxTtl: 0,
  period: 0,
  explicitMaxTtl: 0,
};

test.each([
  ['nothing said: the system’s default', {}, 2_764_800, false],
  ['what was asked for', { wanted: HOUR }, HOUR, false],
  ['the role’s default', { fallback: 2 * HOUR }, 2 * HOUR, false],
  ['the mount’s default', { mountDefault: 3 * HOUR }, 3 * HOUR, false],
  ['the mount’s maximum lowers the default without a word', { mountMax: HOUR }, HOUR, false],
  ['the mount’s maximum cuts a wish', { wanted: 2 * HOUR, mountMax: HOUR }, HOUR, true],
  [
    'the mount’s maximum may be more than the system’s',
    { wanted: 9_000_000, mountMax: 10_000_000 },
    9_000_000,
    false,
  ],
  ['the role’s maximum cuts', { wanted: 2 * HOUR, maxTtl: HOUR }, HOUR, true],
  ['the explicit maximum cuts', { wanted: 2 * HOUR, explicitMaxTtl: HOUR }, HOUR, true],
  ['a period stands instead of a wish', { wanted: 2 * HOUR, period: HOUR }, HOUR, false],
  ['a period is cut too', { period: 2 * HOUR, mountMax: HOUR }, HOUR, true],
  ['maxima count from the start', { startedAt: NOW - 600_000, wanted: HOUR, maxTtl: HOUR }, 3000, true],
  [
    'a period ends at the explicit maximum',
    { startedAt: NOW - 3_000_000, period: HOUR, explicitMaxTtl: HOUR },
    600,
    false,
  ],
  ['past the maximum nothing is left', { startedAt: NOW - 7_200_000, wanted: 60, maxTtl: HOUR }, 0, true],
])('%s', (_name, more, ttl, warns) => {
  const answer = calculateTtl({ ...plain, ...more });
  expect(answer.ttl).toBe(ttl);
  expect(answer.warnings).toHaveLength(warns ? 1 : 0);
});

test('a period alone never ends', () => {
  expect(calculateTtl({ ...plain, period: HOUR }).maxExpiresAt).toBeNull();
});
