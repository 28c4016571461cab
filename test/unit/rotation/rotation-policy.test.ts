import { describe, expect, test } from 'vitest';
import { nextTime, parseCron } from '../../../electron/core/rotation/cron.ts';
import { missedWindow, nextDue } from '../../../electron/core/rotation/rotation-policy.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const NOTHING = (length: number) => new Uint8Array(length);
const ALL = (length: number) => new Uint8Array(length).fill(255);

describe('a schedule', () => {
  test.each([
    ['0 0 * * SAT', undefined, ''],
    ['0 3 * * 6', '2026-01-01T00:00:00', '2026-01-03T03:00:00'],
    ['0 3 * * 7', '2026-01-01T00:00:00', '2026-01-04T03:00:00'],
    ['*/15 * * * *', '2026-01-01T00:01:00', '2026-01-01T00:15:00'],
    ['30 2 1 * *', '2026-01-01T02:30:00', '2026-01-01T02:30:00'],
    ['30 2 1 * *', '2026-01-01T02:30:01', '2026-02-01T02:30:00'],
    ['0 0 29 2 *', '2026-01-01T00:00:00', '2028-02-29T00:00:00'],
    ['0 12 13 * 5', '2026-01-01T00:00:00', '2026-01-02T12:00:00'],
    ['0 22-23 * * 1-5', '2026-01-02T23:00:01', '2026-01-05T22:00:00'],
    ['5,10 4 * * *', '2026-01-01T04:06:00', '2026-01-01T04:10:00'],
  ])('%s after %s', (text, from, expected) => {
    if (from === undefined) expect(() => parseCron(text)).toThrow(/five fields|cannot have/);
    else expect(nextTime(parseCron(text), at(from))).toBe(at(expected));
  });

  test.each([
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '5-1 * * * *',
    '0 0 30 2 *',
    '1;2 * * * *',
    `${'1,'.repeat(300)}1 * * * *`,
  ])('is refused: %s', (text) => expect(() => parseCron(text)).toThrow(/rotation schedule/));
});

describe('the next time', () => {
  const policy = { period: 30 * 86_400, jitter: 0, schedule: '', window: 0 };
  const start = at('2026-01-01T10:00:00');

  test('is a period later, and up to the jitter later still', () => {
    expect(nextDue(policy, start, NOTHING)).toBe(at('2026-01-31T10:00:00'));
    const spread = { ...policy, jitter: 60 * 86_400 };
    expect(nextDue(spread, start, NOTHING)).toBe(at('2026-01-31T10:00:00'));
    expect(nextDue(spread, start, ALL)).toBe(at('2026-04-01T10:00:00'));
  });

  test('is the first scheduled time after the period', () => {
    expect(nextDue({ ...policy, schedule: '0 3 * * 6' }, start, NOTHING)).toBe(at('2026-02-07T03:00:00'));
  });

  test('stays within its window whatever the jitter', () => {
    const narrow = { period: 0, jitter: 86_400, schedule: '0 3 * * 6', window: 3600 };
    expect(nextDue(narrow, start, ALL)).toBe(at('2026-01-03T04:00:00'));
    expect(missedWindow(narrow, at('2026-01-03T03:00:00'), at('2026-01-03T04:00:00'))).toBe(false);
    expect(missedWindow(narrow, at('2026-01-03T03:00:00'), at('2026-01-03T04:00:01'))).toBe(true);
  });

  test('never comes without a period and a schedule', () => {
    expect(nextDue({ ...policy, period: 0 }, start, ALL)).toBeNull();
  });
});
