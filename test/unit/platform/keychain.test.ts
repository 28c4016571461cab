import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createKeychain, type SafeStorageDoor } from '../../../electron/platform/keychain.ts';

const VAULT = '0123456789abcdef'.repeat(2);
const secret = new Uint8Array(32).fill(7);

/** A key that is not in the file: enough to see that what is written is not what is kept. */
function door(backend: string, isAvailable = true): SafeStorageDoor {
  const turn = (bytes: Uint8Array) => Buffer.from(bytes.map((byte) => byte ^ 0x5a));
  return {
    isEncryptionAvailable: () => isAvailable,
    encryptString: (plain) => turn(Buffer.from(plain)),
    decryptString: (sealed) => turn(sealed).toString(),
    getSelectedStorageBackend: () => backend,
  };
}

async function keychain(safeStorage: SafeStorageDoor, platform = 'linux') {
  const parent = await mkdtemp(join(tmpdir(), 'kw-keychain-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, 'keys');
  return { folder, keychain: createKeychain({ safeStorage, platform, folder }) };
}

describe('S3: the keychain', () => {
  test.each([
    ['basic_text', true],
    ['unknown', true],
    ['gnome_libsecret', false],
  ])(
    'is refused on Linux with the backend %s where it keeps nothing from anybody',
    async (backend, isAvailable) => {
      const { keychain: refused, folder } = await keychain(door(backend, isAvailable));
      expect(refused.available()).toBe(false);
      await expect(refused.keep(VAULT, secret)).rejects.toThrow(TypeError);
      expect(await refused.reveal(VAULT)).toBeUndefined();
      await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  test.each([
    ['linux', 'gnome_libsecret'],
    ['linux', 'kwallet6'],
    ['darwin', 'basic_text'],
    ['win32', ''],
  ])('on %s keeps a secret until it is forgotten, and never in plain', async (platform, backend) => {
    const { keychain: kept, folder } = await keychain(door(backend), platform);
    await kept.keep(VAULT, secret);
    expect(await kept.reveal(VAULT)).toEqual(secret);
    expect([await kept.keeps(VAULT), await kept.keeps('f'.repeat(32))]).toEqual([true, false]);
    const written = await readFile(join(folder, `${VAULT}.keychain`));
    expect(written.includes(Buffer.from(secret).toString('base64'))).toBe(false);
    expect(await kept.reveal('f'.repeat(32))).toBeUndefined();
    await kept.forget(VAULT);
    await kept.forget(VAULT);
    expect(await kept.reveal(VAULT)).toBeUndefined();
    await expect(kept.keep('../etc', secret)).rejects.toThrow(TypeError);
  });

  test('that cannot open what it kept says nothing, because another way in opens the vault', async () => {
    const { keychain: kept } = await keychain({
      ...door('kwallet5'),
      decryptString: () => {
        throw new Error('another user');
      },
    });
    await kept.keep(VAULT, secret);
    expect(await kept.reveal(VAULT)).toBeUndefined();
  });
});
