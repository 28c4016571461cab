import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { pooledRandom } from '../../../electron/core/pooled-random.ts';

it('gives no byte twice, and keeps none that it has given', () => {
  const given: Uint8Array[] = [];
  const random = pooledRandom((length) => {
    const bytes = new Uint8Array(randomBytes(length));
    given.push(bytes);
    return bytes;
  });
  const texts = Array.from({ length: 1000 }, () => Buffer.from(random(16)).toString('hex'));
  expect(new Set(texts).size).toBe(1000);
  expect(given.length).toBeLessThan(10);
  for (const pool of given.slice(0, -1)) expect(pool.every((byte) => byte === 0)).toBe(true);
  expect(random(5000)).toHaveLength(5000);
  expect(random(0)).toHaveLength(0);
});
