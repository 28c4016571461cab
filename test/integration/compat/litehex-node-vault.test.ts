import { Client } from '@litehex/node-vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, ROOT, type Stage } from './stage.ts';

let stage: Stage;
let vault: Client;
beforeAll(async () => {
  stage = await openStage();
  vault = new Client({ endpoint: stage.address, token: ROOT });
});
afterAll(() => stage?.close());

/** What came back, or the client's error thrown: it checks every answer against a schema of its own. */
async function dataOf<T>(asked: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await asked;
  if (error !== undefined) throw error;
  return data as T;
}

/** With every schema of the client enforced. */
const STRICT = { strictSchema: true };

describe('@litehex/node-vault, unmodified, with its strict schemas', () => {
  it('accepts the broker’s health, seal status and init', async () => {
    expect(await dataOf(vault.health({}, STRICT))).toMatchObject({
      initialized: true,
      performance_standby: false,
    });
    expect(await dataOf(vault.sealStatus({}, STRICT))).toMatchObject({ sealed: false, type: 'shamir' });
    expect(await dataOf(vault.initialized({}, STRICT))).toEqual({ initialized: true });
  });

  it('logs in by writing to the login path', async () => {
    const own = new Client({ endpoint: stage.address });
    const { roleId: role_id, secretId: secret_id } = stage.app;
    const login = await dataOf(own.write({ path: 'auth/approle/login', data: { role_id, secret_id } }));
    expect(login).toMatchObject({ auth: { policies: ['default', 'shop'] } });
  });

  it('keeps secrets in KV 1', async () => {
    const at = { mountPath: 'kv1', path: 'shop/db' };
    expect(await dataOf(vault.kv.write({ ...at, data: { user: 'ann' } }))).toBe(true);
    expect((await dataOf(vault.kv.read(at, STRICT))).data).toEqual({ user: 'ann' });
    expect((await dataOf(vault.kv.list({ mountPath: 'kv1', path: 'shop' }, STRICT))).data.keys).toEqual([
      'db',
    ]);
    expect(await dataOf(vault.kv.delete(at))).toBe(true);
    expect((await vault.kv.read(at)).error).toBeDefined();
  });

  it('keeps secrets in KV 2', async () => {
    const at = { mountPath: 'secret', path: 'shop/db' };
    expect(await dataOf(vault.kv2.write({ ...at, data: { user: 'ann' } }, STRICT))).toMatchObject({
      data: { version: 1 },
    });
    await dataOf(vault.kv2.write({ ...at, data: { user: 'bob', port: '1' } }));
    expect((await dataOf(vault.kv2.read(at, STRICT))).data.data).toEqual({ user: 'bob', port: '1' });
    await dataOf(vault.kv2.patch({ ...at, data: { user: 'eve' } }));
    expect((await dataOf(vault.kv2.subKeys(at, STRICT))).data).toMatchObject({
      subkeys: { port: null, user: null },
    });
    expect((await dataOf(vault.kv2.list({ mountPath: 'secret', path: 'shop' }, STRICT))).data.keys).toEqual([
      'db',
    ]);
    await dataOf(vault.kv2.writeMetadata({ ...at, max_versions: 4, custom_metadata: { a: 'b' } }));
    expect((await dataOf(vault.kv2.readMetadata(at))).data).toMatchObject({
      max_versions: 4,
      current_version: 3,
    });
    await dataOf(vault.kv2.deleteLatest(at));
    await dataOf(vault.kv2.undelete({ ...at, versions: [3] }));
    await dataOf(vault.kv2.destroy({ ...at, versions: [1] }));
    await dataOf(vault.kv2.deleteMetadata(at));
    expect((await vault.kv2.read(at)).error).toBeDefined();
  });

  it('reads an older version of a secret', async () => {
    // Without a folder: it escapes the slash of a path when there is a query.
    const at = { mountPath: 'secret', path: 'top' };
    for (const user of ['ann', 'bob']) await dataOf(vault.kv2.write({ ...at, data: { user } }));
    expect((await dataOf(vault.kv2.read({ ...at, version: 1 }, STRICT))).data.data).toEqual({ user: 'ann' });
  });

  it('mounts, tunes and unmounts', async () => {
    expect(await dataOf(vault.mount({ mountPath: 'team', type: 'kv-v2' }))).toBe(true);
    expect(await dataOf(vault.engineInfo({ mountPath: 'team' }, STRICT))).toMatchObject({
      type: 'kv',
      options: { version: '2' },
    });
    expect(await dataOf(vault.mounts({}, STRICT))).toMatchObject({ data: { 'team/': { type: 'kv' } } });
    await dataOf(vault.tuneMount({ mountPath: 'team', default_lease_ttl: 3600 }));
    expect(await dataOf(vault.tune({ mountPath: 'team' }))).toMatchObject({ default_lease_ttl: 3600 });
    expect(await dataOf(vault.unmount({ mountPath: 'team' }))).toBe(true);
  });

  it('reads, lists and deletes by path: policies, tokens, leases', async () => {
    await dataOf(
      vault.write({ path: 'sys/policies/acl/own', data: { policy: 'path "x" { policy = "read" }' } }),
    );
    expect(await dataOf(vault.list({ path: 'sys/policies/acl' }))).toMatchObject({
      data: { keys: expect.arrayContaining(['own']) },
    });
    await dataOf(vault.delete({ path: 'sys/policies/acl/own' }));
    const made = await dataOf(vault.write({ path: 'auth/token/create', data: { ttl: '5m' } }));
    expect(made).toMatchObject({ auth: { lease_duration: 300 } });
  });

  it('wraps, looks and unwraps', async () => {
    const { token } = (await stage.wrap('secret/data/top')).wrap_info;
    expect(await dataOf(vault.write({ path: 'sys/wrapping/lookup', data: { token } }))).toMatchObject({
      data: { creation_path: 'secret/data/top', creation_ttl: 60 },
    });
    const inside = await dataOf(vault.write({ path: 'sys/wrapping/unwrap', data: { token } }));
    expect(inside).toMatchObject({ data: { data: { user: 'bob' } } });
  });

  it('gets a database user that works until its lease is revoked', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: the client types every answer of `read` as any
    const creds: any = await dataOf(vault.read({ path: 'database/creds/reader' }));
    await stage.logsIn(creds.data);
    await dataOf(vault.write({ path: 'sys/leases/revoke', data: { lease_id: creds.lease_id } }));
    await expect(stage.logsIn(creds.data)).rejects.toMatchObject({ code: '28P01' });
  });
});
