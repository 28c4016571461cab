import HashiVault from 'hashi-vault-js';
import nodeVault from 'node-vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../../support/kw.ts';
import { ROOT } from './stage.ts';

let home: KwHome;
let address: string;
beforeAll(async () => {
  home = makeKwHome();
  ({ address } = await home.serve(['--dev', '--dev-root-token-id', ROOT, '--listen', '127.0.0.1:0']));
});
afterAll(() => home?.remove());

describe('totp with hashi-vault-js and node-vault, unmodified', () => {
  it('makes a key, describes it, makes a code of it and takes that code once', async () => {
    const plain = nodeVault({ endpoint: address, token: ROOT });
    await plain.mount({ mount_point: 'totp', type: 'totp' });
    const vault = new HashiVault({
      https: false,
      baseUrl: `${address}/v1`,
      rootPath: '',
      timeout: 5000,
      proxy: false,
      // It sends the header all the same, empty.
      namespace: '',
    });
    const terms = {
      issuer: 'hashi-vault-js',
      account_name: 'chatopsknight',
      algorithm: 'SHA512',
      digits: 8,
      period: 60,
    };
    const asked = { generate: true, exported: true, skew: 1, ...terms };
    const made = await vault.createTOTPKey(ROOT, 'app', asked);
    expect(made).toMatchObject({
      url: expect.stringMatching(/^otpauth:/),
      barcode: expect.stringMatching(/^iVBOR/),
    });
    expect(await vault.readTOTPKey(ROOT, 'app')).toEqual(terms);
    const { code } = (await plain.read('totp/code/app')).data;
    expect(code).toMatch(/^\d{8}$/);
    expect((await plain.write('totp/code/app', { code })).data).toEqual({ valid: true });
    await expect(plain.write('totp/code/app', { code })).rejects.toThrow('code already used');
    expect((await plain.write('totp/code/app', { code: '00000000' })).data).toEqual({ valid: false });
  });
});
