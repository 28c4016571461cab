import { describe, expect, test } from 'vitest';
import {
  countdownWords,
  dueWords,
  durationWords,
  relativeWords,
  ringWords,
} from '../../../renderer/ui/time-words.ts';

describe('times in words', () => {
  test.each([
    [-3, '0 s'],
    [0.9, '0 s'],
    [59, '59 s'],
    [60, '1:00'],
    [3599, '59:59'],
    [3900, '1 h 05 m'],
    [90_000, '1 d 1 h'],
  ])('%d seconds count down as %s', (seconds, words) => {
    expect(countdownWords(seconds)).toBe(words);
  });

  test.each([
    [42, '42 s'],
    [86_399, '23 h'],
    [172_800, '2 d'],
  ])('%d seconds fit into a ring as %s', (seconds, words) => {
    expect(ringWords(seconds)).toBe(words);
  });

  test.each([
    [1, '1 second'],
    [90, '90 seconds'],
    [900, '15 minutes'],
    [3600, '1 hour'],
    [9000, '150 minutes'],
    [2_764_800, '32 days'],
  ])('%d seconds last %s', (seconds, words) => {
    expect(durationWords(seconds)).toBe(words);
  });

  test.each([
    [0, 'just now'],
    [2000, 'just now'],
    [4000, 'in a moment'],
    [-180_000, '3 min ago'],
    [7_200_000, 'in 2 h'],
    [-86_400_000 * 3, '3 days ago'],
  ])('an instant %d ms away is %s', (away, words) => {
    expect(relativeWords(1_000_000_000_000 + away, 1_000_000_000_000)).toBe(words);
  });

  test.each([
    [-5000, 'now'],
    [0, 'now'],
    [1000, 'in a moment'],
    [9999, 'in a moment'],
    [7_200_000, 'in 2 h'],
  ])('what is due in %d ms is due %s', (away, words) => {
    expect(dueWords(1_000_000_000_000 + away, 1_000_000_000_000)).toBe(words);
  });
});
