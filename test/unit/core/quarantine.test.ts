import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createCore, type RunningCore } from '../../../electron/core/create-core.ts';
import { initialise } from '../../../electron/core/initialise.ts';
import { stateSchema } from '../../../electron/core/state-schema.ts';
import { kvEngine } from '../../../electron/engines/kv/kv-engine.ts';
import { createVault } from '../../../electron/vault/create-vault.ts';
import { openVault } from '../../../electron/vault/open-vault.ts';
import type { Operation } from '../../../shared/model/operation.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { PASSPHRASE, QUICK_KDF } from '../vault/quick-kdf.ts';
import { fakeTarget } from './support/fake-target.ts';

const ask = (core: RunningCore, token: string, operation: Operation, path: string, data = {}) =>
  core.handle({ credential: { kind: 'token', token }, operation, path, data, origin: 'test' });

const quarantined = { code: 'vault-quarantined' };

describe('a quarantined vault', () => {
  test('is looked at and issues nothing; once confirmed, what is overdue is ended before anything is served', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'kw-quarantine-'));
    onTestFinished(() => rm(parent, { recursive: true, force: true }));
    const clock = manualClock();
    const ports = { clock, random: (length: number) => new Uint8Array(randomBytes(length)), log: () => {} };
    const target = fakeTarget();
    const engines = [kvEngine, target.engine];
    const directory = join(parent, 'vault');
    const place = { host: '0'.repeat(32), folder: join(parent, 'state') };
    const schema = stateSchema(engines);
    const options = { directory, passphrase: PASSPHRASE, schema, ports, kdf: QUICK_KDF, place };
    await createVault(options);
    const start = async () => {
      const vault = await openVault(options);
      return { vault, core: createCore({ vault, ports, engines, seal: () => {} }) };
    };

    let { vault, core } = await start();
    const { rootToken: root } = await initialise({ vault, ports, engines });
    await ask(core, root, 'update', 'secret/data/app', { data: { key: 'value' } });
    await ask(core, root, 'read', 'database/creds/app');
    await core.stop();
    await vault.close();
    await cp(directory, `${directory}.older`, { recursive: true });

    ({ vault, core } = await start());
    await ask(core, root, 'update', 'secret/data/app', { data: { key: 'later' } });
    await core.stop();
    await vault.close();
    await rm(directory, { recursive: true });
    await cp(`${directory}.older`, directory, { recursive: true });
    clock.advance(3_600_000);
    expect(target.alive.size).toBe(1);

    ({ vault, core } = await start());
    await core.start();
    expect(vault.quarantine?.reason).toBe('older');
    const secret = await ask(core, root, 'read', 'secret/data/app');
    expect(secret.envelope?.data).toMatchObject({ data: { key: 'value' } });
    await expect(ask(core, root, 'read', 'database/creds/app')).rejects.toMatchObject(quarantined);
    await expect(ask(core, root, 'update', 'secret/data/app', { data: {} })).rejects.toMatchObject(
      quarantined,
    );
    await expect(ask(core, root, 'delete', 'secret/data/app')).rejects.toMatchObject(quarantined);
    await expect(ask(core, root, 'update', 'sys/seal')).rejects.toMatchObject(quarantined);
    const session = await core.openSession('desktop');
    expect((await ask(core, session, 'read', 'secret/data/app')).status).toBe(200);
    clock.advance(60_000);
    expect(target.alive.size).toBe(1);
    expect(target.ended).toEqual([]);

    await core.stop();
    const confirmed = await vault.confirm();
    onTestFinished(() => confirmed.close());
    const core2 = createCore({ vault: confirmed, ports, engines, seal: () => {} });
    onTestFinished(() => core2.stop());
    await core2.start();
    await vi.waitFor(() => expect(target.alive.size).toBe(0));
    await ask(core2, root, 'update', 'secret/data/app', { data: { key: 'on' } });
    // The session of the quarantine was forgotten with it.
    await expect(ask(core2, session, 'read', 'secret/data/app')).rejects.toMatchObject({
      code: 'permission-denied',
    });
  });
});
