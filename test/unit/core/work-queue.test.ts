import { expect, it } from 'vitest';
import { createWorkQueue } from '../../../electron/core/work-queue.ts';

/** Work that ends when it is told to. */
function work() {
  let end = () => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  const state = { begun: false, end: () => end() };
  const run = async () => {
    state.begun = true;
    await done;
  };
  return Object.assign(state, { run });
}

it('runs so much at once and no more, the rest in its order', async () => {
  const queue = createWorkQueue({ what: 'keys', atOnce: 2, waiting: 2 });
  const all = [work(), work(), work(), work()];
  const asked = all.map(({ run }) => queue.run(run));
  const begun = () => all.map((one) => one.begun);
  await expect.poll(begun).toEqual([true, true, false, false]);
  all[1]?.end();
  await asked[1];
  await expect.poll(begun).toEqual([true, true, true, false]);
  for (const { end } of all) end();
  await Promise.all(asked);
});

it('refuses what finds no place to wait, and takes more when there is one again', async () => {
  const queue = createWorkQueue({ what: 'keys', atOnce: 1, waiting: 1 });
  const [first, second] = [work(), work()];
  const asked = [queue.run(first.run), queue.run(second.run)];
  await expect(queue.run(async () => {})).rejects.toMatchObject({ code: 'too-many-requests' });
  for (const { end } of [first, second]) end();
  await Promise.all(asked);
  await queue.run(async () => {});
});

it('forgets who leaves while waiting, and makes nothing for them', async () => {
  const queue = createWorkQueue({ what: 'keys', atOnce: 1, waiting: 1 });
  const [first, second, third] = [work(), work(), work()];
  const client = new AbortController();
  const asked = queue.run(first.run);
  const left = queue.run(second.run, client.signal);
  client.abort();
  await expect(left).rejects.toMatchObject({ code: 'cancelled' });
  const next = queue.run(third.run);
  first.end();
  await asked;
  third.end();
  await next;
  expect(second.begun).toBe(false);
  await expect(queue.run(async () => {}, client.signal)).rejects.toMatchObject({ code: 'cancelled' });
});

it('goes on after work that failed', async () => {
  const queue = createWorkQueue({ what: 'keys', atOnce: 1, waiting: 1 });
  const failed = queue.run(() => Promise.reject(new Error('no')));
  const next = queue.run(async () => 'done');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('done');
});
