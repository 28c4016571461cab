import { join } from 'node:path';
import { Client } from '@litehex/node-vault';
import nodeVault from 'node-vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../../support/kw.ts';
import { didNotRun, findPython, runProgram } from './run-python.ts';
import { ROOT } from './stage.ts';

const b64 = (text: string) => Buffer.from(text).toString('base64');
const python = findPython('hvac');

let home: KwHome;
let address: string;
beforeAll(async () => {
  home = makeKwHome();
  ({ address } = await home.serve(['--dev', '--dev-root-token-id', ROOT, '--listen', '127.0.0.1:0']));
});
afterAll(() => home?.remove());

/** With every schema of the client enforced. */
const STRICT = { strictSchema: true };
async function dataOf<T>(asked: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await asked;
  if (error !== undefined) throw error;
  return data as T;
}

describe('transit with node-vault, unmodified', () => {
  it('makes, reads, lists and deletes keys, and round-trips ciphertexts', async () => {
    const vault = nodeVault({ endpoint: address, token: ROOT });
    await vault.mount({ mount_point: 'transit', type: 'transit' });
    await vault.transitCreateKey({ name: 'app' });
    const sealed = (await vault.encryptData({ name: 'app', plaintext: b64('hello') })).data.ciphertext;
    expect((await vault.decryptData({ name: 'app', ciphertext: sealed })).data.plaintext).toBe(b64('hello'));
    await vault.write('transit/keys/app/rotate', {});
    const again = (await vault.rewrapData({ name: 'app', ciphertext: sealed })).data.ciphertext;
    expect(again).toMatch(/^vault:v2:/);
    expect((await vault.decryptData({ name: 'app', ciphertext: again })).data.plaintext).toBe(b64('hello'));
    expect((await vault.transitReadKey({ name: 'app' })).data.latest_version).toBe(2);
    expect((await vault.transitListKeys()).data.keys).toEqual(['app']);
    await expect(vault.transitDeleteKey({ name: 'app' })).rejects.toThrow('deletion is not allowed');
    await vault.write('transit/keys/app/config', { deletion_allowed: true });
    await vault.transitDeleteKey({ name: 'app' });
    await vault.unmount({ mount_point: 'transit' });
  });
});

describe('transit with @litehex/node-vault, unmodified, with its strict schemas', () => {
  const mountPath = 'lh';
  const name = 'app';
  const at = { mountPath, name };
  let vault: Client;
  beforeAll(async () => {
    vault = new Client({ endpoint: address, token: ROOT });
    expect(await dataOf(vault.transit.enable({ mountPath, type: 'transit', description: 'x' }))).toBe(true);
    await dataOf(vault.transit.createKey({ ...at, exportable: true, allow_plaintext_backup: true }, STRICT));
  });

  it('reads, configures, lists and rotates keys', async () => {
    expect((await dataOf(vault.transit.readKey(at, STRICT))).data).toMatchObject({ type: 'aes256-gcm96' });
    const configured = await dataOf(vault.transit.updateKey({ ...at, min_decryption_version: 1 }, STRICT));
    expect(configured.data.min_decryption_version).toBe(1);
    expect((await dataOf(vault.transit.listKeys({ mountPath }, STRICT))).data.keys).toContain(name);
    expect((await dataOf(vault.transit.rotateKey(at, STRICT))).data.latest_version).toBe(2);
  });

  it('encrypts, decrypts and rewraps, one and many', async () => {
    const plaintext = b64('Hello, World!');
    const sealed = await dataOf(vault.transit.encrypt({ ...at, plaintext }, STRICT));
    const ciphertext = sealed.data.ciphertext ?? '';
    expect((await dataOf(vault.transit.decrypt({ ...at, ciphertext }, STRICT))).data.plaintext).toBe(
      plaintext,
    );
    await dataOf(vault.transit.rewrap({ ...at, ciphertext }, STRICT));
    const batch = [{ plaintext }, { plaintext: b64('Goodbye') }];
    const many = await dataOf(vault.transit.encrypt({ ...at, plaintext: '', batch_input: batch }, STRICT));
    const batch_input = (many.data.batch_results ?? []).map((one) => ({ ciphertext: one.ciphertext }));
    const opened = await dataOf(vault.transit.decrypt({ ...at, ciphertext: '', batch_input }, STRICT));
    expect(opened.data.batch_results).toEqual(batch);
  });

  it('makes data keys, random bytes, hashes and HMACs', async () => {
    for (const type of ['wrapped', 'plaintext'] as const) {
      await dataOf(vault.transit.generateDataKey({ ...at, type, bits: 256 }, STRICT));
    }
    const random = await dataOf(
      vault.transit.generateRandom({ mountPath, source: 'platform', bytes: 32, format: 'hex' }, STRICT),
    );
    expect(random.data.random_bytes).toHaveLength(64);
    const input = b64('Hello, World!');
    await dataOf(vault.transit.hash({ mountPath, algorithm: 'sha2-256', input, format: 'hex' }, STRICT));
    const { hmac = '' } = (await dataOf(vault.transit.hmac({ ...at, input }, STRICT))).data;
    const verified = await dataOf(
      vault.transit.verifyHmac({ ...at, algorithm: 'sha2-256', input, hmac }, STRICT),
    );
    expect(verified.data.valid).toBe(true);
  });

  it('signs and verifies', async () => {
    const own = { mountPath, name: 'signer' };
    // The client's schema knows only how keys without public halves are shown: it makes the key, and then complains.
    await vault.transit.createKey({ ...own, type: 'ed25519' });
    const input = b64('Hello, World!');
    const { signature = '' } = (await dataOf(vault.transit.sign({ ...own, input }, STRICT))).data;
    const verified = await dataOf(
      vault.transit.verify({ ...own, algorithm: 'ed25519', input, signature }, STRICT),
    );
    expect(verified.data.valid).toBe(true);
  });

  it('exports, backs up, restores, trims and deletes', async () => {
    const exported = await dataOf(vault.transit.exportKey({ ...at, type: 'encryption-key' }, STRICT));
    expect(exported.data.keys).toHaveProperty('1');
    const { backup } = (await dataOf(vault.transit.backupKey(at))).data;
    expect(await dataOf(vault.transit.restoreKey({ mountPath, name: 'copy', backup }))).toBe(true);
    await dataOf(
      vault.transit.updateKey({
        ...at,
        min_decryption_version: 2,
        min_encryption_version: 2,
        deletion_allowed: true,
      }),
    );
    expect(await dataOf(vault.transit.trimKey({ ...at, min_available_version: 2 }))).toBe(true);
    expect(await dataOf(vault.transit.deleteKey(at))).toBe(true);
    expect((await vault.transit.readKey(at)).error).toBeDefined();
  });
});

describe('transit with Debian’s hvac, unmodified', () => {
  if (python === undefined) {
    didNotRun('hvac', 'python3-hvac');
    return;
  }
  it('has every call that hvac has for it', async () => {
    await runProgram(python, [join(import.meta.dirname, 'hvac_transit.py')], {
      STAGE: JSON.stringify({ address, root: ROOT }),
    });
  });
});
