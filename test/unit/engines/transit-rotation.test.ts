import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCore, type RunningCore } from '../../../electron/core/create-core.ts';
import { initialise } from '../../../electron/core/initialise.ts';
import { stateSchema } from '../../../electron/core/state-schema.ts';
import { kvEngine } from '../../../electron/engines/kv/kv-engine.ts';
import { transitEngine } from '../../../electron/engines/transit/transit-engine.ts';
import { openMemoryVault } from '../../../electron/vault/memory-vault.ts';
import type { Operation } from '../../../shared/model/operation.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';

let core: RunningCore;
let clock: ManualClock;
let token: string;
beforeEach(async () => {
  clock = manualClock();
  const ports = { clock, random: (length: number) => new Uint8Array(randomBytes(length)), log: () => {} };
  const engines = [kvEngine, transitEngine];
  const vault = await openMemoryVault(stateSchema(engines), ports);
  token = (await initialise({ vault, ports, engines })).rootToken;
  core = createCore({ vault, ports, engines, seal: () => {} });
  await ask('update', 'sys/mounts/transit', { type: 'transit' });
});
afterEach(() => core.stop());

async function ask(operation: Operation, path: string, data: Record<string, unknown> = {}) {
  const credential = { kind: 'token', token } as const;
  const { envelope } = await core.handle({ credential, operation, path, data, origin: 'test' });
  return { ...envelope?.data };
}

/** Lets time go by, and waits for what that begins. */
async function untilVersion(name: string, version: number, hours: number): Promise<void> {
  for (let at = 0; at < hours * 60; at += 1) {
    clock.advance(60_000);
    for (let rest = 0; rest < 5; rest += 1) await setImmediate();
    if ((await ask('read', `transit/keys/${name}`))['latest_version'] === version) return;
  }
  throw new Error(`version ${version} did not come within ${hours} hours`);
}

test('a key rotates by itself after its period, and what older versions encrypted is still read', async () => {
  await ask('update', 'transit/keys/k', { auto_rotate_period: '24h', type: 'ecdsa-p256' });
  await ask('update', 'transit/keys/s', { auto_rotate_period: '2h' });
  const plaintext = Buffer.from('hello').toString('base64');
  const { ciphertext } = await ask('update', 'transit/encrypt/s', { plaintext });
  await untilVersion('s', 2, 3);
  expect((await ask('read', 'transit/keys/k'))['latest_version']).toBe(1);
  expect(await ask('update', 'transit/decrypt/s', { ciphertext })).toEqual({ plaintext });
  await untilVersion('s', 3, 3);
  // Another period, or none, holds from now on.
  await ask('update', 'transit/keys/s/config', { auto_rotate_period: '0' });
  await untilVersion('k', 2, 26);
  expect((await ask('read', 'transit/keys/s'))['latest_version']).toBe(3);
});
