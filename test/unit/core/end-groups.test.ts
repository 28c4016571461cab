import { expect, test } from 'vitest';
import { LARGEST_GROUP, shareOut } from '../../../electron/core/scheduler/end-groups.ts';
import { type CoreWorld, openCoreWorld, rest } from './support/core-world.ts';

const jobs = (count: number, alone = false) => Array.from({ length: count }, () => ({ alone }));
const sizes = (...asked: Parameters<typeof shareOut>) => shareOut(...asked).map(({ length }) => length);

test('what is due is divided among the effects that may start', () => {
  expect(sizes(jobs(4), 4, true)).toEqual([1, 1, 1, 1]);
  expect(sizes(jobs(10), 4, true)).toEqual([3, 3, 3, 1]);
  expect(sizes(jobs(10_000), 4, true)).toEqual(Array(4).fill(LARGEST_GROUP));
  expect(sizes(jobs(0), 4, true)).toEqual([]);
});

test('who ends alone, or at a target in trouble, is never in a group', () => {
  expect(sizes(jobs(10, true), 4, true)).toEqual([1, 1, 1, 1]);
  expect(sizes(jobs(10), 4, false)).toEqual([1, 1, 1, 1]);
  expect(sizes([...jobs(1, true), ...jobs(10)], 4, true)).toEqual([1, 3, 3, 3]);
});

/** A target that ends groups, and finds in each what the test says. */
async function groupWorld(proves: (nonce: string) => boolean) {
  const groups: number[] = [];
  const world: CoreWorld = await openCoreWorld();
  const lifecycle = world.target.engine.leases;
  if (!lifecycle) throw new Error('the target has no lifecycle');
  lifecycle.endMany = (_turn, leases) => async () => {
    groups.push(leases.length);
    if (world.target.down !== undefined) throw new Error(world.target.down);
    return leases.map(({ lease }) => {
      if (!proves(lease.nonce)) return undefined;
      world.target.alive.delete(lease.nonce);
      return { checks: ['ended with others'] };
    });
  };
  return { world, groups };
}

async function issueAndEnd(world: CoreWorld, count: number) {
  for (let made = 0; made < count; made += 1) await world.ask(world.root, 'read', 'database/creds/app');
  const nonces = [...world.target.alive.keys()];
  await world.ask(world.root, 'update', 'sys/leases/revoke-prefix/database/creds', { sync: false });
  await rest();
  return nonces;
}

async function shown(world: CoreWorld, state: string) {
  const { leases } = (await world.data(world.root, 'read', 'sys/internal/leases', { state })) as {
    leases: { proof: string[] }[];
  };
  return leases;
}

test('many leases end in groups, each with its own proof and its credential erased', async () => {
  const { world, groups } = await groupWorld(() => true);
  await issueAndEnd(world, 20);
  expect(groups).toEqual([5, 5, 5, 5]);
  const dead = await shown(world, 'dead');
  expect(dead.map(({ proof }) => proof)).toEqual(Array(20).fill(['ended with others']));
  expect(world.target.alive.size).toBe(0);
  expect(await world.count('leases WHERE secret IS NOT NULL')).toBe(0);
});

test('a lease that a group proves nothing of is ended by itself at once, and the others do not wait', async () => {
  let odd = '';
  const { world } = await groupWorld((nonce) => nonce !== odd);
  for (let made = 0; made < 2; made += 1) await world.ask(world.root, 'read', 'database/creds/app');
  [odd = ''] = world.target.alive.keys();
  await issueAndEnd(world, 18);
  expect(world.target.ended).toHaveLength(1);
  expect((await shown(world, 'dead')).length).toBe(20);
});

test('a group that fails leaves its leases to their own ends, which say why, until they are dead', async () => {
  const { world, groups } = await groupWorld(() => true);
  world.target.down = 'away';
  await issueAndEnd(world, 20);
  expect(groups.length).toBe(4);
  expect(await shown(world, 'dead')).toEqual([]);
  world.target.down = undefined;
  for (let seconds = 0; seconds < 70; seconds += 1) {
    world.clock.advance(1000);
    await rest();
  }
  expect((await shown(world, 'dead')).length).toBe(20);
  expect(world.target.alive.size).toBe(0);
});
