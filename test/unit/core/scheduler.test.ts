import { beforeEach, expect, test } from 'vitest';
import { createIssuing } from '../../../electron/core/leases/issuing.ts';
import { createUndertaker } from '../../../electron/core/scheduler/undertaker.ts';
import { createSigning } from '../../../electron/core/signing/signing.ts';
import { createStateCache } from '../../../electron/core/state-cache.ts';
import type { Turn } from '../../../electron/vault/vault.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type CoreWorld, openCoreWorld, rest } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

test('a pass of the scheduler at any moment forgets no deadline that is set meanwhile', async () => {
  for (let moment = 0; moment < 40; moment++) {
    await world.ask(world.root, 'read', 'database/creds/app'); // being through, it hurries the scheduler
    const asked = world.auth(world.root, 'update', 'auth/token/create', { ttl: 5 });
    for (let tick = 0; tick < moment; tick++) await Promise.resolve();
    world.clock.advance(1);
    await asked;
    await rest();
    world.clock.advance(5000);
    await rest();
    expect(await world.count('tokens')).toBe(1);
  }
});

test('what ended while the machine slept is over for the first request after it, ahead of any timer', async () => {
  const parent = await world.tokenFor('path "auth/token/+" { capabilities = ["read", "update"] }', {
    ttl: 10,
  });
  const child = await world.auth(parent, 'update', 'auth/token/create', { ttl: '1h' });
  await rest();
  const { now } = world.clock;
  Object.assign(world.clock, { now: () => now() + 3_600_000 - 1000 });
  expect(await world.refusal(child.client_token, 'read', 'auth/token/lookup-self')).toMatch(
    /^permission-denied/,
  );
});

test('an end that could not be read is taken up again, whatever else happens meanwhile', async () => {
  const { envelope } = await world.ask(world.root, 'read', 'database/creds/app');
  const id = envelope?.lease_id ?? '';
  world.target.down = 'away';
  await world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id: id, sync: false });
  await rest();
  await world.core.stop();
  world.target.down = undefined;

  let failures = 1;
  const undertaker = createUndertaker({
    cache: createStateCache(),
    registry: { find: () => ({ engine: world.target.engine, routes: [] }) },
    ports: { clock: world.clock, random: (length) => new Uint8Array(length), log: () => {} },
    issuing: createIssuing(() => {}),
    signing: createSigning('vault'),
    trustedNow: () => world.clock.now(),
    async turn<T>(decide: (turn: Turn) => T) {
      if (failures-- > 0) throw new KeywardenError('ledger-unavailable');
      return await world.vault.turn(decide);
    },
  });
  undertaker.add([id]);
  await rest();
  undertaker.wake();
  world.clock.advance(1000);
  await rest();
  expect(world.target.ended).toEqual([id]);
  await undertaker.stop();
});
