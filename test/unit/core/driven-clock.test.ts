import { expect, test } from 'vitest';
import { createGuessDelay } from '../../../electron/core/pipeline/guess-delay.ts';
import { troubledClock } from '../../support/troubled-clock.ts';
import { type CoreWorld, openCoreWorld, rest } from './support/core-world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function open() {
  const machine = troubledClock();
  const world = await openCoreWorld(machine.clock);
  await world.ask(world.root, 'update', 'secret/data/app', { data: { password: 'canary-wrapped' } });
  return { machine, world };
}

const lease = (world: CoreWorld) => world.ask(world.root, 'read', 'database/creds/app');

async function wrap(world: CoreWorld): Promise<string> {
  const { envelope } = await world.send(world.root, 'read', 'secret/data/app', {}, { wrapTtl: 60 });
  return envelope?.wrap_info?.token ?? '';
}

const unwrap = (world: CoreWorld, token: string) => world.ask(token, 'update', 'sys/wrapping/unwrap');

test('set back by a day, a keycard and a wrapped answer still end after their minute', async () => {
  const { machine, world } = await open();
  await lease(world);
  const [early, late] = [await wrap(world), await wrap(world)];
  machine.set(-DAY);
  machine.pass(59_000);
  await rest();
  expect(world.target.alive.size).toBe(1);
  expect((await unwrap(world, early)).status).toBe(200);
  machine.pass(1000);
  await rest();
  expect(world.target.alive.size).toBe(0);
  await expect(unwrap(world, late)).rejects.toMatchObject({ code: 'wrapping-invalid' });
});

test('set forward by a day, what was promised for a minute is over at once: early, and never late', async () => {
  const { machine, world } = await open();
  await lease(world);
  const wrapped = await wrap(world);
  machine.set(DAY);
  await expect(unwrap(world, wrapped)).rejects.toMatchObject({ code: 'wrapping-invalid' });
  await rest();
  expect(world.target.alive.size).toBe(0);
});

test('after eight hours of sleep nothing that ended meanwhile is served, not by the first request either', async () => {
  const { machine, world } = await open();
  await lease(world);
  const wrapped = await wrap(world);
  machine.sleep(8 * HOUR);
  await expect(unwrap(world, wrapped)).rejects.toMatchObject({ code: 'wrapping-invalid' });
  await rest();
  expect(world.target.alive.size).toBe(0);
});

test('put to sleep with a clock that was set back, the sleep counts all the same', async () => {
  const { machine, world } = await open();
  await lease(world);
  machine.set(-DAY);
  machine.sleep(8 * HOUR);
  await world.ask(world.root, 'read', 'secret/data/app');
  await rest();
  expect(world.target.alive.size).toBe(0);
});

test('setting the clock makes nobody forget wrong passwords; a quarter of an hour does', () => {
  const { clock, pass, set } = troubledClock();
  const guesses = createGuessDelay(clock);
  for (let misses = 0; misses < 5; misses += 1) guesses.missed('amy');
  const delay = guesses.delayFor('amy');
  expect(delay).toBeGreaterThan(0);
  for (const by of [DAY, -DAY]) {
    set(by);
    expect(guesses.delayFor('amy')).toBe(delay);
  }
  pass(15 * 60_000);
  expect(guesses.delayFor('amy')).toBe(0);
});
