import { expect, test } from 'vitest';
import { steadyClock } from '../../../electron/core/steady-clock.ts';
import { settableClock } from '../../support/settable-clock.ts';

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
