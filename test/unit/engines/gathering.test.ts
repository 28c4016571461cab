import { expect, it } from 'vitest';
import { createGathering } from '../../../electron/engines/database/postgres/gathering.ts';

/** Work whose end the test decides, group by group. */
function heldWork() {
  const groups: { items: readonly string[]; end: (result?: Error) => void }[] = [];
  const work = (items: readonly string[]) =>
    new Promise<readonly PromiseSettledResult<string>[]>((resolve, reject) => {
      const end = (thrown?: Error) =>
        thrown
          ? reject(thrown)
          : resolve(
              items.map((item) =>
                item === 'bad'
                  ? { status: 'rejected', reason: new Error('not this one') }
                  : { status: 'fulfilled', value: `${item} done` },
              ),
            );
      groups.push({ items, end });
    });
  return { groups, work };
}

it('whoever comes first goes at once, and those who come meanwhile go together', async () => {
  const { groups, work } = heldWork();
  const gathering = createGathering<string, string>({ groups: 1, largest: 3 });
  const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((item) => gathering.join('here', item, work)));
  expect(groups.map(({ items }) => items)).toEqual([['a']]);
  groups[0]?.end();
  await expect.poll(() => groups.length).toBe(2);
  groups[1]?.end();
  await expect.poll(() => groups.length).toBe(3);
  groups[2]?.end();
  expect(groups.map(({ items }) => items)).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
  expect(await all).toEqual(['a done', 'b done', 'c done', 'd done', 'e done']);
});

it('nobody waits for another place, and so many groups go at a time', async () => {
  const { groups, work } = heldWork();
  const gathering = createGathering<string, string>({ groups: 2, largest: 3 });
  const joined = ['a', 'b', 'c'].map((item) => gathering.join('here', item, work));
  joined.push(gathering.join('there', 'd', work));
  expect(groups.map(({ items }) => items)).toEqual([['a'], ['b'], ['d']]);
  for (const { end } of groups) end();
  await expect.poll(() => groups.length).toBe(4);
  groups[3]?.end();
  await Promise.all(joined);
});

it('each hears what came of it, and all of a group where the work itself failed', async () => {
  const { groups, work } = heldWork();
  const gathering = createGathering<string, string>({ groups: 1, largest: 3 });
  const joined = Promise.allSettled(
    ['first', 'bad', 'good', 'fine', 'lost', 'gone'].map((item) => gathering.join('here', item, work)),
  );
  groups[0]?.end();
  await expect.poll(() => groups.length).toBe(2);
  groups[1]?.end();
  await expect.poll(() => groups.length).toBe(3);
  groups[2]?.end(new Error('cut'));
  const results = (await joined).map((result) =>
    result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
  );
  expect(results).toEqual(['first done', 'not this one', 'good done', 'fine done', 'cut', 'cut']);
});
