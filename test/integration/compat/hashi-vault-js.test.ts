import HashiVault from 'hashi-vault-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, ROOT, type Stage } from './stage.ts';

let stage: Stage;
let vault: HashiVault;
beforeAll(async () => {
  stage = await openStage();
  vault = new HashiVault({
    https: false,
    baseUrl: `${stage.address}/v1`,
    rootPath: '',
    timeout: 5000,
    proxy: false,
    // It sends the header all the same, empty.
    namespace: '',
  });
});
afterAll(() => stage?.close());

const login = () => told(vault.loginWithAppRole(stage.app.roleId, stage.app.secretId, 'auth/approle'));
/** Its types say no more than `Object`. */
// biome-ignore lint/suspicious/noExplicitAny: see above
const told = async (asked: unknown): Promise<any> => await asked;
const refused = (status: number) => ({ isVaultError: true, response: { status } });

describe('hashi-vault-js, unmodified', () => {
  it('sees that the broker is healthy and open', async () => {
    expect(await vault.healthCheck()).toMatchObject({ initialized: true, sealed: false, standby: false });
    expect(await vault.sealStatus()).toMatchObject({ sealed: false, type: 'shamir' });
  });

  it('logs in by AppRole and handles secret-ids', async () => {
    expect(await login()).toMatchObject({ policies: ['default', 'shop'], lease_duration: 1200 });
    const made = await told(vault.generateAppRoleSecretId(ROOT, 'shop', '{"host":"a"}', 'auth/approle'));
    const seen = await vault.readAppRoleSecretId(ROOT, 'shop', made.secret_id, 'auth/approle');
    expect(seen).toMatchObject({ secret_id_accessor: made.secret_id_accessor, metadata: { host: 'a' } });
    await vault.destroyAppRoleSecretId(ROOT, 'shop', made.secret_id, 'auth/approle');
    await expect(
      vault.loginWithAppRole(stage.app.roleId, made.secret_id, 'auth/approle'),
    ).rejects.toMatchObject(refused(400));
  });

  it('handles users with passwords and logs in as one', async () => {
    await stage.ask('POST', 'sys/auth/userpass', { type: 'userpass' });
    await vault.createUserpassUser(ROOT, 'ann', 'hunter2', ['default'], 'auth/userpass');
    expect(await vault.listUserpassUsers(ROOT, 'auth/userpass')).toEqual({ keys: ['ann'] });
    await vault.updateUserpassPassword(ROOT, 'ann', 'hunter3', 'auth/userpass');
    await vault.updateUserpassPolicies(ROOT, 'ann', ['default', 'shop'], 'auth/userpass');
    expect(await vault.loginWithUserpass('ann', 'hunter3', 'auth/userpass')).toMatchObject({
      policies: ['default', 'shop'],
    });
    await expect(vault.loginWithUserpass('ann', 'hunter2', 'auth/userpass')).rejects.toMatchObject(
      refused(400),
    );
    await vault.deleteUserpassUser(ROOT, 'ann', 'auth/userpass');
    await expect(vault.readUserpassUser(ROOT, 'ann', 'auth/userpass')).rejects.toMatchObject(refused(404));
  });

  it('keeps secrets in KV 2, with check-and-set, versions and metadata', async () => {
    const { client_token: token } = await login();
    await vault.createKVSecret(token, 'shop/db', { user: 'ann' }, 'secret');
    await expect(vault.createKVSecret(token, 'shop/db', { user: 'bob' }, 'secret')).rejects.toMatchObject(
      refused(400),
    );
    expect(await vault.updateKVSecret(token, 'shop/db', { user: 'bob' }, 1, 'secret')).toMatchObject({
      version: 2,
    });
    expect(await vault.readKVSecret(token, 'shop/db', 1, 'secret')).toMatchObject({ data: { user: 'ann' } });
    expect(await vault.listKVSecrets(token, 'shop', 'secret')).toEqual({ keys: ['db'] });
    await vault.deleteVersionsKVSecret(ROOT, 'shop/db', [2], 'secret');
    await expect(vault.readKVSecret(token, 'shop/db', 2, 'secret')).rejects.toMatchObject(refused(404));
    await vault.undeleteVersionsKVSecret(ROOT, 'shop/db', [2], 'secret');
    await vault.destroyVersionsKVSecret(ROOT, 'shop/db', [1], 'secret');
    const metadata = { max_versions: 3, custom_metadata: { a: 'b' } };
    // It takes an object, whatever its types say.
    await vault.updateKVSecretMeta(ROOT, 'shop/db', metadata as never, 'secret');
    expect(await vault.readKVSecretMeta(ROOT, 'shop/db', 'secret')).toMatchObject({
      current_version: 2,
      max_versions: 3,
      versions: { '1': { destroyed: true }, '2': { deletion_time: '' } },
    });
    await vault.eliminateKVSecret(ROOT, 'shop/db', 'secret');
    await expect(vault.readKVSecret(token, 'shop/db', undefined, 'secret')).rejects.toMatchObject(
      refused(404),
    );
    await vault.updateKVEngineConfig(ROOT, { max_versions: 7 }, 'secret');
    expect(await vault.readKVEngineConfig(ROOT, 'secret')).toMatchObject({
      max_versions: 7,
      cas_required: false,
    });
  });

  it('asks what a token may do', async () => {
    const { client_token: token } = await login();
    expect(
      await vault.sysCapabilitiesSelf(token, ['secret/data/shop/db', 'secret/data/other']),
    ).toMatchObject({
      'secret/data/shop/db': ['create', 'delete', 'patch', 'read', 'update'],
      'secret/data/other': ['deny'],
    });
    expect(await vault.sysCapabilities(ROOT, token, ['database/creds/reader'])).toMatchObject({
      capabilities: ['read'],
    });
  });

  it('creates, looks up, renews and revokes tokens', async () => {
    const made = await told(vault.createToken(ROOT, { policies: 'shop', ttl: '10m', renewable: true }));
    const { client_token: token, accessor } = made;
    expect(await vault.lookupToken(ROOT, token)).toMatchObject({ accessor, policies: ['default', 'shop'] });
    expect(await vault.lookupSelfToken(token)).toMatchObject({ accessor });
    expect(await vault.renewToken(ROOT, token, '5m')).toMatchObject({ lease_duration: 300 });
    expect(await vault.renewSelfToken(token, '7m')).toMatchObject({ lease_duration: 420 });
    expect((await told(vault.listAccessors(ROOT))).keys).toContain(accessor);
    expect(await vault.lookupAccessor(ROOT, accessor)).toMatchObject({ id: '' });
    expect(await vault.renewAccessor(ROOT, accessor, '6m')).toMatchObject({ lease_duration: 360 });
    await vault.revokeAccessor(ROOT, accessor);
    await expect(vault.lookupSelfToken(token)).rejects.toMatchObject(refused(403));
    const other = await told(vault.createToken(ROOT, { policies: 'shop' }));
    await vault.revokeToken(ROOT, other.client_token);
    const third = await told(vault.createToken(ROOT, { policies: 'shop' }));
    await vault.revokeSelfToken(third.client_token);
    await expect(vault.lookupToken(ROOT, third.client_token)).rejects.toMatchObject(refused(403));
  });
});
