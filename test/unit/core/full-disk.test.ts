import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createCore } from '../../../electron/core/create-core.ts';
import { initialise } from '../../../electron/core/initialise.ts';
import { stateSchema } from '../../../electron/core/state-schema.ts';
import { kvEngine } from '../../../electron/engines/kv/kv-engine.ts';
import type { Operation } from '../../../shared/model/operation.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { SmallDisk } from '../vault/small-disk.ts';
import { TemporaryVault } from '../vault/temporary-vault.ts';
import { rest } from './support/core-world.ts';
import { fakeTarget } from './support/fake-target.ts';

describe('core on a full disk', () => {
  it('revokes and seals from the reserve, and refuses everything else', async () => {
    const engines = [kvEngine];
    const folder = await TemporaryVault.make(stateSchema(engines));
    const disk = new SmallDisk();
    const vault = await folder.open(disk.files);
    const clock = manualClock();
    const ports = { clock, random: (length: number) => new Uint8Array(randomBytes(length)), log: () => {} };
    const { rootToken } = await initialise({ vault, ports, engines });
    let sealed = 0;
    const core = createCore({ vault, ports, engines, seal: () => void sealed++ });
    const ask = (operation: Operation, path: string, data: Record<string, unknown> = {}, token = rootToken) =>
      core.handle({ credential: { kind: 'token', token }, operation, path, data, origin: 'test' });
    const tokenOf = async (data: Record<string, unknown>) =>
      (await ask('update', 'auth/token/create', data)).envelope?.auth?.client_token ?? '';
    const revoked = await tokenOf({ policies: ['default'] });
    while (!(await readdir(folder.directory)).includes('reserve')) await vault.turn(() => undefined);

    disk.capacity = disk.used;
    await expect(ask('update', 'secret/data/a', { data: { a: 1 } })).rejects.toMatchObject({
      code: 'ledger-unavailable',
    });
    expect(vault.onlyUrgent()).toBe(true);
    await ask('update', 'auth/token/revoke', { token: revoked });
    await expect(ask('update', 'secret/data/a', { data: { a: 1 } })).rejects.toMatchObject({
      code: 'ledger-unavailable',
    });
    const alive = () => vault.turn(({ db }) => db.get<{ n: number }>('SELECT count(*) AS n FROM tokens')?.n);
    expect(await alive()).toBe(1);
    await ask('update', 'sys/seal');
    expect(sealed).toBe(1);
    await core.stop();
    await vault.close();
    await folder.verify();
  });

  it('ends a lease on time from the reserve, at the target too, and remembers it after a restart', async () => {
    const target = fakeTarget();
    const engines = [kvEngine, target.engine];
    const folder = await TemporaryVault.make(stateSchema(engines));
    const disk = new SmallDisk();
    const vault = await folder.open(disk.files);
    const clock = manualClock(folder.now);
    const ports = { clock, random: (length: number) => new Uint8Array(randomBytes(length)), log: () => {} };
    const { rootToken: token } = await initialise({ vault, ports, engines });
    const core = createCore({ vault, ports, engines, seal: () => {} });
    await core.start();
    const ask = (operation: Operation, path: string, data: Record<string, unknown> = {}) =>
      core.handle({ credential: { kind: 'token', token }, operation, path, data, origin: 'test' });
    const issued = await ask('read', 'database/creds/app');
    expect([issued.envelope?.lease_duration, target.alive.size]).toEqual([60, 1]);
    while (!(await readdir(folder.directory)).includes('reserve')) await vault.turn(() => undefined);

    disk.capacity = disk.used;
    await expect(ask('update', 'secret/data/a', { data: { a: 1 } })).rejects.toMatchObject({
      code: 'ledger-unavailable',
    });
    const states = () =>
      vault.turn(({ db }) => db.all<{ state: string }>('SELECT state FROM leases').map((row) => row.state));
    for (let seconds = 0; seconds < 300 && (await states())[0] !== 'dead'; seconds += 1) {
      clock.advance(1000);
      folder.now += 1000;
      await rest();
    }
    expect(target.ended).toEqual([issued.envelope?.lease_id]);
    expect(target.alive.size).toBe(0);
    expect(await states()).toEqual(['dead']);
    await core.stop();
    await vault.close();
    const again = await folder.open();
    expect(await again.turn(({ db }) => db.all('SELECT state FROM leases'))).toEqual([{ state: 'dead' }]);
  });
});
