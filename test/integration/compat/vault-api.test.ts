import vault from 'vault-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let asked: { address: string; token: string };
beforeAll(async () => {
  stage = await openStage();
  const { roleId: role_id, secretId: secret_id } = stage.app;
  const login = await stage.ask('POST', 'auth/approle/login', { role_id, secret_id });
  asked = { address: stage.address, token: login.json.auth.client_token };
});
afterAll(() => stage?.close());

describe('vault-api, unmodified: it asks for the version of each mount first', () => {
  it('keeps secrets in KV 2', async () => {
    await vault({ ...asked, method: 'write', path: 'secret/shop/db', data: { user: 'ann' } });
    await vault({ ...asked, method: 'write', path: 'secret/shop/db', data: { user: 'bob' } });
    expect((await vault({ ...asked, method: 'read', path: 'secret/shop/db' })).data).toEqual({ user: 'bob' });
    const first = await vault({ ...asked, method: 'read', path: 'secret/shop/db', version: 1 });
    expect(first.data).toEqual({ user: 'ann' });
    expect((await vault({ ...asked, method: 'list', path: 'secret/shop' })).data).toEqual({ keys: ['db'] });
    await vault({ ...asked, method: 'delete', path: 'secret/shop/db' });
    await expect(vault({ ...asked, method: 'read', path: 'secret/shop/db' })).rejects.toThrow();
  });

  it('keeps secrets in KV 1', async () => {
    await vault({ ...asked, method: 'write', path: 'kv1/shop/db', data: { user: 'ann' } });
    expect((await vault({ ...asked, method: 'read', path: 'kv1/shop/db' })).data).toEqual({ user: 'ann' });
    expect((await vault({ ...asked, method: 'list', path: 'kv1/shop' })).data).toEqual({ keys: ['db'] });
    await vault({ ...asked, method: 'delete', path: 'kv1/shop/db' });
    await expect(vault({ ...asked, method: 'read', path: 'kv1/shop/db' })).rejects.toThrow();
  });
});
