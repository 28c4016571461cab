import { expect, test } from 'vitest';
import { kvEngine } from '../../../electron/engines/kv/kv-engine.ts';
import { openLoneEngine } from '../../support/lone-engine.ts';

const open = () => openLoneEngine(kvEngine, { version: '2' });
type Lone = Awaited<ReturnType<typeof open>>;

const find = async (engine: Lone, q: string, limit?: number) =>
  (await engine.ask('read', 'search', { q, ...(limit === undefined ? {} : { limit }) })).data?.['keys'];
const write = (engine: Lone, path: string, value = 'x') =>
  engine.ask('update', `data/${path}`, { data: { value } });

test('secrets are found by the starts of words in their paths, in any case and order', async () => {
  const engine = await open();
  for (const path of ['shop/prod/stripe-key', 'shop/dev/stripe-key', 'shop/prod/db', 'Über/Schlüssel']) {
    await write(engine, path);
  }
  expect(await find(engine, 'STRIPE')).toEqual(['shop/dev/stripe-key', 'shop/prod/stripe-key']);
  expect(await find(engine, 'key prod')).toEqual(['shop/prod/stripe-key']);
  expect(await find(engine, 'schlü')).toEqual(['Über/Schlüssel']);
  expect(await find(engine, 'ripe')).toEqual([]);
  expect(await find(engine, 'shop', 2)).toHaveLength(2);
});

test('what is noted about a secret is found, and no longer when it is noted no more', async () => {
  const engine = await open();
  await write(engine, 'a');
  await engine.ask('update', 'metadata/a', { custom_metadata: { owner: 'payments team' } });
  expect(await find(engine, 'payments')).toEqual(['a']);
  await engine.ask('update', 'metadata/a', { custom_metadata: { owner: 'nobody' } });
  expect(await find(engine, 'payments')).toEqual([]);
  expect(await find(engine, 'nobody')).toEqual(['a']);
});

test('no value and no field name of a value is ever found', async () => {
  const engine = await open();
  await engine.ask('update', 'data/a', { data: { fieldname: 'canary' } });
  expect(await find(engine, 'canary')).toEqual([]);
  expect(await find(engine, 'fieldname')).toEqual([]);
});

test('a secret that was removed is found no more', async () => {
  const engine = await open();
  await write(engine, 'gone');
  await engine.ask('delete', 'metadata/gone');
  expect(await find(engine, 'gone')).toEqual([]);
});

test('what a searcher types is words, never an operator', async () => {
  const engine = await open();
  await write(engine, 'a/near/or');
  for (const q of [
    '"',
    '*',
    'a NEAR/1 b',
    'path:a',
    '-a',
    '(',
    '',
    '   ',
    "'; DROP TABLE kv_secret; --",
    'a OR zzz',
  ]) {
    await find(engine, q);
  }
  expect(await find(engine, 'a OR near')).toEqual(['a/near/or']);
  expect(await find(engine, 'path:zzz')).toEqual([]);
});
