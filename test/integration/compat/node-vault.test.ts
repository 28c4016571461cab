import nodeVault from 'node-vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, ROOT, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const client = (token?: string) => nodeVault({ endpoint: stage.address, ...(token && { token }) });
/** A client that has logged in as the app of the stage. */
async function app() {
  const vault = client();
  await vault.approleLogin({ role_id: stage.app.roleId, secret_id: stage.app.secretId });
  return vault;
}

describe('node-vault, unmodified', () => {
  it('logs in by AppRole and adopts the token', async () => {
    const vault = client();
    const { auth } = await vault.approleLogin({ role_id: stage.app.roleId, secret_id: stage.app.secretId });
    expect(auth.policies).toEqual(['default', 'shop']);
    expect((await vault.tokenLookupSelf()).data.display_name).toBe('approle');
  });

  it('logs in with a user name and a password', async () => {
    const root = client(ROOT);
    await root.enableAuth({ mount_point: 'userpass', type: 'userpass' });
    await root.write('auth/userpass/users/ann', { password: 'hunter2', policies: 'shop' });
    const vault = client();
    const { auth } = await vault.userpassLogin({ username: 'ann', password: 'hunter2' });
    expect(auth.metadata).toEqual({ username: 'ann' });
    await expect(client().userpassLogin({ username: 'ann', password: 'wrong' })).rejects.toMatchObject({
      message: 'invalid username or password',
      response: { statusCode: 400 },
    });
  });

  it('writes a password policy and makes passwords of it', async () => {
    const root = client(ROOT);
    const policy = 'length = 24 rule "charset" { charset = "abcdefghijklmnopqrstuvwxyz" }';
    await root.write('sys/policies/password/node', { policy });
    expect((await root.read('sys/policies/password/node')).data).toEqual({ policy });
    expect((await root.list('sys/policies/password')).data.keys).toContain('node');
    expect((await root.read('sys/policies/password/node/generate')).data.password).toMatch(/^[a-z]{24}$/);
    await root.delete('sys/policies/password/node');
    await expect(root.read('sys/policies/password/node')).rejects.toMatchObject({
      response: { statusCode: 404 },
    });
  });

  it('keeps secrets in KV 1: what is written is what is read, and listed', async () => {
    const vault = await app();
    await vault.write('kv1/shop/db', { user: 'ann', ttl: '1h' });
    const read = await vault.read('kv1/shop/db');
    expect([read.data, read.lease_id, read.lease_duration]).toEqual([{ user: 'ann', ttl: '1h' }, '', 3600]);
    await vault.write('kv1/shop/db', { user: 'bob' });
    expect(await vault.read('kv1/shop/db')).toMatchObject({ data: { user: 'bob' }, lease_duration: 2764800 });
    expect((await vault.list('kv1/shop')).data.keys).toEqual(['db']);
    await vault.delete('kv1/shop/db');
    await expect(vault.read('kv1/shop/db')).rejects.toMatchObject({ response: { statusCode: 404 } });
  });

  it('keeps secrets in KV 2, version by version', async () => {
    const vault = await app();
    for (const user of ['ann', 'bob']) await vault.write('secret/data/shop/db', { data: { user } });
    expect((await vault.read('secret/data/shop/db')).data).toMatchObject({
      data: { user: 'bob' },
      metadata: { version: 2 },
    });
    expect((await vault.read('secret/data/shop/db?version=1')).data.data).toEqual({ user: 'ann' });
    expect((await vault.list('secret/metadata/shop')).data.keys).toContain('db');
    await client(ROOT).destroySecretVersions({ path: 'shop/db', versions: [1] });
    await expect(vault.read('secret/data/shop/db?version=1')).rejects.toMatchObject({
      response: { statusCode: 404 },
    });
    await vault.delete('secret/data/shop/db');
  });

  it('mounts, tunes, moves and unmounts', async () => {
    const vault = client(ROOT);
    await vault.mount({ mount_point: 'team', type: 'kv', options: { version: '2' } });
    expect((await vault.mounts())['team/']).toMatchObject({ type: 'kv', options: { version: '2' } });
    await vault.write('team/data/a', { data: { a: '1' } });
    await vault.remount({ from: 'team', to: 'squad' });
    expect((await vault.read('squad/data/a')).data.data).toEqual({ a: '1' });
    await vault.unmount({ mount_point: 'squad' });
    expect((await vault.mounts())['squad/']).toBeUndefined();
    expect((await vault.auths())['approle/']).toMatchObject({ type: 'approle' });
  });

  it('writes, lists, reads and removes policies', async () => {
    const vault = client(ROOT);
    const policy = '# legacy\npath "x" { policy = "write" }';
    await vault.addPolicy({ name: 'legacy', policy });
    expect((await vault.getPolicy({ name: 'legacy' })).rules).toBe(policy);
    expect((await vault.policies()).policies).toContain('legacy');
    await vault.removePolicy({ name: 'legacy' });
    await expect(vault.getPolicy({ name: 'legacy' })).rejects.toMatchObject({
      response: { statusCode: 404 },
    });
  });

  it('creates, looks up, renews and revokes tokens, by themselves, by accessor and by role', async () => {
    const vault = client(ROOT);
    const { auth } = await client(ROOT).tokenCreate({ policies: ['shop'], ttl: '10m', meta: { team: 'a' } });
    expect(auth).toMatchObject({ lease_duration: 600, policies: ['default', 'shop'], orphan: false });
    const { client_token: token, accessor } = auth;
    expect((await vault.tokenLookup({ token })).data).toMatchObject({ accessor, meta: { team: 'a' } });
    expect((await vault.tokenLookupAccessor({ accessor })).data.id).toBe('');
    expect((await vault.tokenAccessors()).data.keys).toContain(accessor);
    expect((await client(ROOT).tokenRenew({ token, increment: 300 })).auth.lease_duration).toBe(300);
    expect((await client(token).tokenRenewSelf({ increment: 540 })).auth.client_token).toBe(token);
    await vault.tokenRevokeAccessor({ accessor });
    await expect(vault.tokenLookup({ token })).rejects.toThrow('bad token');
    expect((await client(ROOT).tokenCreateOrphan({ policies: ['shop'] })).auth.orphan).toBe(true);

    await vault.addTokenRole({ role_name: 'ci', allowed_policies: 'shop', orphan: true, period: 300 });
    expect((await vault.tokenRoles()).data.keys).toEqual(['ci']);
    expect((await vault.getTokenRole({ role_name: 'ci' })).data.allowed_policies).toEqual(['shop']);
    const made = (await client(ROOT).tokenCreateRole({ role_name: 'ci' })).auth;
    expect(made).toMatchObject({ orphan: true, lease_duration: 300 });
    await vault.tokenRevokeOrphan({ token: made.client_token });
    await vault.removeTokenRole({ role_name: 'ci' });
  });

  it('manages an app’s roles and secret-ids', async () => {
    const vault = client(ROOT);
    await vault.addApproleRole({ role_name: 'batch', policies: 'shop', token_num_uses: 5 });
    expect((await vault.approleRoles()).data.keys).toContain('batch');
    expect((await vault.getApproleRole({ role_name: 'batch' })).data.token_num_uses).toBe(5);
    await vault.updateApproleRoleId({ role_name: 'batch', role_id: 'batch-role-id' });
    const { secret_id, secret_id_accessor } = (await vault.getApproleRoleSecret({ role_name: 'batch' })).data;
    expect((await vault.approleSecretAccessors({ role_name: 'batch' })).data.keys).toEqual([
      secret_id_accessor,
    ]);
    expect((await vault.approleSecretLookup({ role_name: 'batch', secret_id })).data.secret_id_accessor).toBe(
      secret_id_accessor,
    );
    await client().approleLogin({ role_id: 'batch-role-id', secret_id });
    await vault.approleSecretDestroy({ role_name: 'batch', secret_id });
    await expect(client().approleLogin({ role_id: 'batch-role-id', secret_id })).rejects.toThrow(
      'invalid role or secret ID',
    );
    await vault.deleteApproleRole({ role_name: 'batch' });
  });

  it('wraps an answer, and unwraps it once', async () => {
    await client(ROOT).write('secret/data/shop/wrapped', { data: { pin: '1234' } });
    const { wrap_info } = await client(ROOT).request({
      path: '/secret/data/shop/wrapped',
      method: 'GET',
      headers: { 'X-Vault-Wrap-TTL': '5m' },
    });
    expect(wrap_info).toMatchObject({ ttl: 300, creation_path: 'secret/data/shop/wrapped' });
    const unwrapped = await client(wrap_info.token).unwrap();
    expect(unwrapped.data.data).toEqual({ pin: '1234' });
    await expect(client(ROOT).unwrap({ token: wrap_info.token })).rejects.toMatchObject({
      message: 'wrapping token is not valid or does not exist',
      response: { statusCode: 400 },
    });
  });

  it('gets a database user that works, renews its lease, and sees it die when it revokes it', async () => {
    const vault = await app();
    const creds = await vault.read('database/creds/reader');
    expect(creds).toMatchObject({ lease_duration: 600, renewable: true });
    await stage.logsIn(creds.data);
    const renewed = await vault.renew({ lease_id: creds.lease_id, increment: 60 });
    expect(renewed).toMatchObject({ lease_id: creds.lease_id, lease_duration: 60 });
    await client(ROOT).revoke({ lease_id: creds.lease_id });
    await expect(stage.logsIn(creds.data)).rejects.toMatchObject({ code: '28P01' });
    const other = await vault.generateDatabaseCredentials({ databasePath: 'database', name: 'reader' });
    await client(ROOT).revokePrefix({ path_prefix: 'database/creds/reader' });
    await expect(stage.logsIn(other.data)).rejects.toMatchObject({ code: '28P01' });
  });

  it('reads the password of an account that stays, rotates it, and then finds another', async () => {
    const root = client(ROOT);
    await root.write('database/static-roles/second_clerk', {
      db_name: 'main',
      username: 'second_clerk',
      rotation_period: '1h',
    });
    const first = await root.read('database/static-creds/second_clerk');
    expect(first.data).toMatchObject({ username: 'second_clerk', rotation_period: 3600 });
    await stage.logsIn(first.data);
    await root.write('database/rotate-role/second_clerk', {});
    const second = await root.read('database/static-creds/second_clerk');
    await stage.logsIn(second.data);
    await expect(stage.logsIn(first.data)).rejects.toMatchObject({ code: '28P01' });
    await root.delete('database/static-roles/second_clerk');
  });
});
