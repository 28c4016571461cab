import { describe, expect, test } from 'vitest';
import { RateLimits } from '../../../electron/broker/rate-limits.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { openDoor } from './door.ts';

function limits(rates = { identity: 100, stranger: 10 }) {
  const clock = { at: 1_000_000 };
  return { clock, limits: new RateLimits(rates, () => clock.at) };
}

const knows = (own: RateLimits, token: string) =>
  own.learnFrom(Promise.resolve({ byToken: true as const }), token);
const denied = (own: RateLimits, token: string) =>
  own.learnFrom(Promise.reject(new KeywardenError('permission-denied')), token).catch(() => undefined);

/** How many of so many requests are let through. */
function through(tried: number, take: () => void): number {
  let count = 0;
  for (let i = 0; i < tried; i += 1) {
    try {
      take();
      count += 1;
    } catch {}
  }
  return count;
}

describe('SECURITY(B3): how often somebody may ask', () => {
  test('strangers at one address share a bucket, whatever tokens they make up; others have their own', () => {
    const { limits: own } = limits();
    let guess = 0;
    expect(through(50, () => own.take({ token: `hvs.guess-${guess++}`, address: '10.0.0.1' }))).toBe(10);
    expect(through(5, () => own.take({ token: undefined, address: '10.0.0.1' }))).toBe(0);
    expect(through(5, () => own.take({ token: undefined, address: '10.0.0.2' }))).toBe(5);
    expect(through(5, () => own.take({ token: undefined, address: undefined }))).toBe(5);
  });

  test('a token that has proven to be one is counted by itself, not by the address that everybody here has', async () => {
    const { limits: own } = limits();
    await knows(own, 'one');
    await knows(own, 'two');
    through(50, () => own.take({ token: undefined, address: '127.0.0.1' }));
    expect(through(150, () => own.take({ token: 'one', address: '127.0.0.1' }))).toBe(100);
    expect(through(150, () => own.take({ token: 'two', address: '127.0.0.1' }))).toBe(100);
    await denied(own, 'two');
    expect(through(5, () => own.take({ token: 'two', address: '127.0.0.1' }))).toBe(0);
  });

  test('what is open to anybody says nothing about a token that came with it', async () => {
    const { limits: own } = limits();
    await own.learnFrom(Promise.resolve({}), 'made-up');
    expect(through(50, () => own.take({ token: 'made-up', address: 'a' }))).toBe(10);
  });

  test('a list that anybody may fetch makes no token of what a stranger makes up', async () => {
    const door = await openDoor(() => ({ status: 204, envelope: null }), {
      rates: { identity: 100, stranger: 3 },
    });
    const statuses = [];
    for (let count = 0; count < 6; count += 1) {
      statuses.push(
        (await door.ask({ path: '/v1/pki/crl', headers: { 'X-Vault-Token': 'made-up' } })).status,
      );
    }
    expect(statuses).toEqual([204, 204, 204, 429, 429, 429]);
    await door.broker.close();
  });

  test('a bucket fills as time goes by, up to its rim, and a clock that is set back changes nothing', () => {
    const { limits: own, clock } = limits();
    const take = () => own.take({ token: undefined, address: 'a' });
    expect(through(20, take)).toBe(10);
    clock.at += 500;
    expect(through(20, take)).toBe(5);
    clock.at -= 60_000;
    expect(through(20, take)).toBe(0);
    clock.at += 3_600_000;
    expect(through(50, take)).toBe(10);
  });

  test('0 is without limit', () => {
    const { limits: own } = limits({ identity: 0, stranger: 0 });
    expect(through(10_000, () => own.take({ token: undefined, address: 'a' }))).toBe(10_000);
  });

  test('who asks too often is told so, and core is not asked', async () => {
    const door = await openDoor(() => ({ status: 204, envelope: null, byToken: true }), {
      rates: { identity: 3, stranger: 2 },
    });
    const statuses = [];
    for (const token of ['a', 'a', 'a', 'a', 'a', undefined, undefined]) {
      const headers = token === undefined ? {} : { 'X-Vault-Token': token };
      statuses.push((await door.ask({ path: '/v1/x', headers })).status);
    }
    // The first is a stranger's, the next three the token's own; then strangers have one left.
    expect(statuses).toEqual([204, 204, 204, 204, 429, 204, 429]);
    expect(door.asked).toHaveLength(5);
    expect((await door.ask({ path: '/v1/sys/health' })).status).toBe(200);
    await door.broker.close();
  });
});
