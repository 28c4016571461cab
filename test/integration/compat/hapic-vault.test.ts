import { VaultClient } from '@hapic/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, ROOT, type Stage } from './stage.ts';

let stage: Stage;
let vault: VaultClient;
beforeAll(async () => {
  stage = await openStage();
  vault = new VaultClient({ connectionOptions: { host: `${stage.address}/v1/`, token: ROOT } });
});
afterAll(() => stage?.close());

const missing = { statusCode: 404 };

describe('@hapic/vault, unmodified', () => {
  it('logs in by AppRole', async () => {
    const own = new VaultClient({ connectionOptions: { host: `${stage.address}/v1/`, token: '' } });
    const { roleId: role_id, secretId: secret_id } = stage.app;
    const { data } = await own.post('auth/approle/login', { role_id, secret_id });
    expect(data.auth.policies).toEqual(['default', 'shop']);
  });

  it('keeps secrets in KV 1', async () => {
    await vault.keyValueV1.create('kv1', 'shop/db', { user: 'ann' });
    expect((await vault.keyValueV1.getOne('kv1', 'shop/db')).data).toEqual({ user: 'ann' });
    await vault.keyValueV1.delete('kv1', 'shop/db');
    await expect(vault.keyValueV1.getOne('kv1', 'shop/db')).rejects.toMatchObject(missing);
  });

  it('keeps secrets in KV 2', async () => {
    await vault.keyValueV2.create('secret', 'shop/db', { data: { user: 'ann', port: '1' } });
    await vault.keyValueV2.update('secret', 'shop/db', { data: { user: 'bob' } });
    expect((await vault.keyValueV2.getOne('secret', 'shop/db')).data.data).toEqual({
      user: 'bob',
      port: '1',
    });
    expect((await vault.keyValueV2.getOne('secret', 'shop/db', 1)).data.data).toMatchObject({ user: 'ann' });
    await vault.keyValueV2.save('secret', 'shop/db', { data: { user: 'eve' } });
    await vault.keyValueV2.delete('secret', 'shop/db');
    await expect(vault.keyValueV2.getOne('secret', 'shop/db')).rejects.toMatchObject(missing);
  });

  it('mounts, reads, tunes, lists and unmounts', async () => {
    await vault.mount.create('team', { type: 'kv', options: { version: 2 } });
    expect(await vault.mount.getOne('team')).toMatchObject({ data: { options: { version: '2' } } });
    // Its `update` posts to the mount itself, which Vault refuses as well.
    await vault.post('sys/mounts/team/tune', { description: 'ours', default_lease_ttl: '1h' });
    expect((await vault.mount.getMany()).data['team/']).toMatchObject({ type: 'kv', description: 'ours' });
    await vault.mount.delete('team');
    expect((await vault.mount.getMany()).data['team/']).toBeUndefined();
  });

  it('wraps and unwraps', async () => {
    const wrapped = await vault.put(
      'sys/wrapping/wrap',
      { pin: '1234' },
      { headers: { 'X-Vault-Wrap-TTL': '60' } },
    );
    const { token } = wrapped.data.wrap_info;
    expect((await vault.post('sys/wrapping/unwrap', { token })).data.data).toEqual({ pin: '1234' });
    await expect(vault.post('sys/wrapping/unwrap', { token })).rejects.toMatchObject({ statusCode: 400 });
  });

  it('makes policies and tokens, and a database user that works until its lease is revoked', async () => {
    await vault.put('sys/policies/acl/own', { policy: 'path "x" { policy = "read" }' });
    const { data: made } = await vault.post('auth/token/create', { policies: ['own'] });
    expect(made.auth.policies).toEqual(['default', 'own']);
    const { data: creds } = await vault.get('database/creds/reader');
    await stage.logsIn(creds.data);
    await vault.put('sys/leases/revoke', { lease_id: creds.lease_id });
    await expect(stage.logsIn(creds.data)).rejects.toMatchObject({ code: '28P01' });
  });
});
