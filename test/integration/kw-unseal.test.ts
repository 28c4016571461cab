import { join } from 'node:path';
import nodeVault from 'node-vault';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';

let home: KwHome;
beforeEach(() => {
  home = makeKwHome();
});
afterEach(() => home.remove());

const serve = () =>
  home.serve(['--vault', join(home.folder, 'vault'), '--listen', '127.0.0.1:0', '--backups', 'none']);

describe('kw serve without a passphrase', () => {
  test('on an empty folder: sys/init makes a vault that two of three keys open, to an unmodified client', async () => {
    const served = await serve();
    const vault = nodeVault({ endpoint: served.address });
    expect(await vault.initialized()).toEqual({ initialized: false });
    expect((await fetch(`${served.address}/v1/sys/health`)).status).toBe(501);
    const made = await vault.init({ secret_shares: 3, secret_threshold: 2 });
    expect([made.keys.length, made.keys_base64.length]).toEqual([3, 3]);
    await expect(vault.init({ secret_shares: 1, secret_threshold: 1 })).rejects.toThrow(
      'Vault is already initialized',
    );
    expect(await vault.status()).toMatchObject({ initialized: true, sealed: true, t: 2, n: 3, progress: 0 });
    vault.token = made.root_token;
    await expect(vault.read('secret/data/a')).rejects.toThrow('Vault is sealed');

    expect(await vault.unseal({ key: made.keys[0] })).toMatchObject({ sealed: true, progress: 1 });
    expect(await vault.unseal({ reset: true })).toMatchObject({ sealed: true, progress: 0 });
    await vault.unseal({ key: made.keys_base64[2] });
    expect(await vault.unseal({ key: made.keys[1] })).toMatchObject({ sealed: false, t: 2, n: 3 });
    await vault.write('secret/data/a', { data: { b: 'c' } });

    await vault.seal();
    expect(await vault.status()).toMatchObject({ sealed: true, progress: 0 });
    await vault.unseal({ key: made.keys[0] });
    await vault.unseal({ key: made.keys[2] });
    expect((await vault.read('secret/data/a')).data.data).toEqual({ b: 'c' });
  });

  test('a wrong key is told when enough have come, and all begin anew', async () => {
    const served = await serve();
    const vault = nodeVault({ endpoint: served.address });
    const { keys } = await vault.init({ secret_shares: 2, secret_threshold: 2 });
    const forged = `${keys[1].slice(0, -2)}${keys[1].endsWith('00') ? '01' : '00'}`;
    await vault.unseal({ key: keys[0] });
    await expect(vault.unseal({ key: forged })).rejects.toMatchObject({ response: { statusCode: 400 } });
    expect(await vault.status()).toMatchObject({ sealed: true, progress: 0 });
    await expect(vault.unseal({ key: 'nonsense' })).rejects.toMatchObject({ response: { statusCode: 400 } });
    await vault.unseal({ key: keys[0] });
    expect(await vault.unseal({ key: keys[1] })).toMatchObject({ sealed: false });
  });

  test('what was tried while it was sealed is counted, and recorded when it opens', async () => {
    const served = await serve();
    const vault = nodeVault({ endpoint: served.address });
    const { keys, root_token: token } = await vault.init({ secret_shares: 2, secret_threshold: 2 });
    const forged = `${keys[1].slice(0, -2)}${keys[1].endsWith('00') ? '01' : '00'}`;
    for (const key of ['nonsense', keys[0], forged]) await vault.unseal({ key }).catch(() => undefined);
    for (const key of keys) await vault.unseal({ key });
    vault.token = token;
    const { data } = await vault.read('sys/internal/records?path_prefix=sys/unseal');
    expect(data.records).toEqual([
      expect.objectContaining({
        operation: 'unseal',
        outcome: 'ok',
        actor: { kind: 'stranger', id: '', name: '' },
        told: { keys: 5, refused: 2 },
      }),
    ]);
  });

  test('one key of one opens alone', async () => {
    const served = await serve();
    const vault = nodeVault({ endpoint: served.address });
    const { keys } = await vault.init({ secret_shares: 1, secret_threshold: 1 });
    expect(await vault.unseal({ key: keys[0] })).toMatchObject({ sealed: false, t: 1, n: 1 });
  });
});
