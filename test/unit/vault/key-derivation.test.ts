import { describe, expect, it } from 'vitest';
import { deriveEpochKeys } from '../../../electron/crypto/epoch-keys.ts';
import { KDF_RULES } from '../../../electron/crypto/passphrase-kdf.ts';
import { createVault } from '../../../electron/vault/create-vault.ts';
import { KeyRing } from '../../../electron/vault/key-ring.ts';
import { openVault } from '../../../electron/vault/open-vault.ts';
import { TemporaryVault } from './temporary-vault.ts';

describe('D1: a vault outside of tests', () => {
  it('is made with parameters that open without any seam', async () => {
    const folder = await TemporaryVault.make();
    const { kdf: _, ...real } = { ...folder.options(), directory: `${folder.directory}-real` };
    await createVault({ ...real, kdf: { ...KDF_RULES, target: 0 } });
    await (await openVault(real)).close();
  });

  it('refuses a file that asks for a weaker derivation', async () => {
    const folder = await TemporaryVault.make();
    const { kdf: _, ...real } = folder.options();
    await expect(openVault(real)).rejects.toMatchObject({ code: 'vault-damaged' });
  });

  it('is not made with an empty passphrase', async () => {
    const folder = await TemporaryVault.make();
    const empty = { ...folder.options(), directory: `${folder.directory}-new`, passphrase: new Uint8Array() };
    await expect(createVault(empty)).rejects.toMatchObject({ code: 'invalid-request' });
  });
});

describe('S5: the keys of a sealed vault', () => {
  it('are zeros, all of them', () => {
    const keys = deriveEpochKeys(new Uint8Array(32).fill(1), new Uint8Array(16), 1);
    const buffers = Object.values(keys).filter((value) => value instanceof Uint8Array);
    expect(buffers).toHaveLength(10);
    expect(buffers.every((buffer) => buffer.some((byte) => byte !== 0))).toBe(true);
    new KeyRing([keys]).wipe();
    expect(buffers.every((buffer) => buffer.every((byte) => byte === 0))).toBe(true);
  });
});
