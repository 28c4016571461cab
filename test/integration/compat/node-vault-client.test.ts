// It has no types.
import VaultClient from 'node-vault-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, ROOT, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const quiet = false;
const root = () =>
  new VaultClient({
    api: { url: stage.address },
    auth: { type: 'token', config: { token: ROOT } },
    logger: quiet,
  });
const app = () =>
  new VaultClient({
    api: { url: stage.address },
    auth: { type: 'appRole', config: { role_id: stage.app.roleId, secret_id: stage.app.secretId } },
    logger: quiet,
  });

describe('node-vault-client, unmodified', () => {
  it('logs in by AppRole, looks itself up, and reads what its policy grants', async () => {
    await root().write('secret/data/shop/db', { data: { user: 'ann' } });
    const read = await app().read('secret/data/shop/db');
    expect(read.getValue('data')).toEqual({ user: 'ann' });
    await expect(app().read('secret/data/other')).rejects.toMatchObject({ statusCode: 403 });
  });

  it('keeps secrets in KV 1 and lists them', async () => {
    const vault = app();
    await vault.write('kv1/shop/db', { user: 'bob' });
    expect((await vault.read('kv1/shop/db')).getData()).toEqual({ user: 'bob' });
    expect((await vault.list('kv1/shop')).getValue('keys')).toEqual(['db']);
  });

  it('lists KV 2, writes policies, and makes tokens', async () => {
    expect((await root().list('secret/metadata/shop')).getValue('keys')).toEqual(['db']);
    await root().write('sys/policies/acl/own', { policy: 'path "x" { policy = "read" }' });
    expect((await root().read('sys/policies/acl/own')).getData()).toMatchObject({ name: 'own' });
    expect((await root().list('sys/policies/acl')).getValue('keys')).toContain('own');
    const { auth } = await root().write('auth/token/create', { policies: ['own'], ttl: '5m' });
    expect(auth).toMatchObject({ policies: ['default', 'own'], lease_duration: 300 });
  });

  it('unwraps, once, what somebody else has wrapped', async () => {
    const { wrap_info } = await stage.wrap('secret/data/shop/db');
    const inside = await root().write('sys/wrapping/unwrap', { token: wrap_info.token });
    expect(inside.data.data).toEqual({ user: 'ann' });
    const again = root().write('sys/wrapping/unwrap', { token: wrap_info.token });
    await expect(again).rejects.toMatchObject({ statusCode: 400 });
  });

  it('gets a database user that works until its lease is revoked', async () => {
    const creds = await app().read('database/creds/reader');
    expect(creds.isRenewable()).toBe(true);
    await stage.logsIn(creds.getData());
    const keys = (await root().list('sys/leases/lookup/database/creds/reader')).getValue('keys');
    expect(keys).toHaveLength(1);
    await root().write('sys/leases/revoke', { lease_id: `database/creds/reader/${keys[0]}` });
    await expect(stage.logsIn(creds.getData())).rejects.toMatchObject({ code: '28P01' });
  });
});
