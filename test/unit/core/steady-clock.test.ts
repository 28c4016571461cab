import { describe, expect, test } from 'vitest';
import { steadyClock } from '../../../electron/core/steady-clock.ts';
import { settableClock } from '../../support/settable-clock.ts';
import { troubledClock } from '../../support/troubled-clock.ts';

const HOUR = 3_600_000;

test.each([
  ['left alone', []],
  ['set back', [-HOUR]],
  ['set back again and again', [-HOUR, -HOUR, -HOUR]],
  ['set forward by mistake and corrected', [HOUR, -HOUR]],
])('a clock that is %s never goes back, and a minute of it is a minute', (_how, settings) => {
  const wall = settableClock();
  const clock = steadyClock(wall);
  for (const by of settings) {
    const before = clock.now();
    wall.setBy(by);
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  }
  const before = clock.now();
  wall.advance(60_000);
  expect(clock.now()).toBe(before + 60_000);
});

test('it follows a wall that is set forward, and the small corrections of every day', () => {
  const wall = settableClock();
  const clock = steadyClock(wall);
  for (const by of [HOUR, -500, 300, -400]) {
    wall.setBy(by);
    expect(clock.now()).toBe(wall.now());
  }
});

test('it is trusted with what is removed for its age once it has gone along with the uptime for an hour, and not after a jump', () => {
  const wall = settableClock();
  const clock = steadyClock(wall);
  expect(clock.trusted?.()).toBeUndefined();
  wall.advance(HOUR);
  expect(clock.trusted?.()).toBe(wall.now());
  for (const by of [365 * 24 * HOUR, -365 * 24 * HOUR, -HOUR]) {
    wall.setBy(by);
    expect(clock.trusted?.()).toBeUndefined();
    wall.advance(HOUR - 1);
    expect(clock.trusted?.()).toBeUndefined();
    wall.advance(1);
    expect(clock.trusted?.()).toBe(wall.now());
  }
  wall.setBy(900);
  expect(clock.trusted?.()).toBe(wall.now());
});

const DAY = 24 * HOUR;

describe('a clock that is set is believed again by one rule', () => {
  test('set forward by a day it is held two minutes past where it would be, and believed after an hour', () => {
    const { clock, pass, set } = troubledClock();
    const before = clock.believed();
    set(DAY);
    expect(clock.believed()).toBe(before + 120_000);
    expect(clock.now()).toBe(before + DAY);
    pass(HOUR - 1);
    expect(clock.believed()).toBe(before + HOUR - 1 + 120_000);
    pass(1);
    expect(clock.believed()).toBe(clock.now());
    expect(clock.trusted()).toBe(clock.now());
  });

  test('set forward by mistake and put right within the hour, it was never believed', () => {
    const { clock, pass, set } = troubledClock();
    const before = clock.believed();
    set(DAY);
    clock.now();
    pass(HOUR / 2);
    clock.now();
    set(-DAY);
    clock.now();
    pass(5 * HOUR);
    expect(clock.believed()).toBeLessThanOrEqual(before + 5.5 * HOUR + 120_000);
  });

  test('set forward again and again, each time within the hour, it never is', () => {
    const { clock, pass, set } = troubledClock();
    const before = clock.believed();
    for (let i = 1; i <= 10; i++) {
      set(DAY);
      clock.now();
      pass(HOUR - 1);
      expect(clock.believed()).toBe(before + i * (HOUR - 1) + 120_000);
    }
  });

  test('set back by a day, what was promised comes when it was promised', () => {
    const { clock, pass, set } = troubledClock();
    const before = clock.now();
    set(-DAY);
    for (let passed = 0; passed < 3 * HOUR; passed += 60_000) {
      expect(clock.now()).toBe(before + passed);
      expect(clock.believed()).toBe(before + passed);
      pass(60_000);
    }
  });

  test('eight hours of sleep are no jump, whichever way the clock was set before', () => {
    for (const by of [0, DAY, -DAY]) {
      const { clock, pass, set, sleep } = troubledClock();
      set(by);
      clock.now();
      pass(HOUR);
      const before = clock.now();
      expect(clock.trusted()).toBeDefined();
      sleep(8 * HOUR);
      // Some platforms count sleep in whole seconds, so up to one is not counted while the wall is behind.
      expect(clock.now()).toBeGreaterThanOrEqual(before + 8 * HOUR - 1000);
      expect(clock.now()).toBeLessThanOrEqual(before + 8 * HOUR);
      expect(clock.believed()).toBe(clock.now());
      expect(clock.trusted()).toBeDefined();
    }
  });
});
