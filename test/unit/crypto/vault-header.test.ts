import { createHash, createHmac, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../electron/crypto/byte-writer.ts';
import { encodeCanonical } from '../../../electron/crypto/canonical-json.ts';
import { deriveEpochKeys, type EpochKeys } from '../../../electron/crypto/epoch-keys.ts';
import { openFormerKey, sealFormerKey } from '../../../electron/crypto/former-keys.ts';
import { makeKeyholder, openPassphraseWay, openVaultKey } from '../../../electron/crypto/keyholder.ts';
import {
  calibrateKdf,
  deriveFromPassphrase,
  KDF_RULES,
  type KdfParameters,
  type KdfRules,
} from '../../../electron/crypto/passphrase-kdf.ts';
import {
  decodeVaultHeader,
  encodeVaultHeader,
  type Keyholder,
  openVaultHeader,
  type ReadHeader,
  type VaultHeader,
} from '../../../electron/crypto/vault-header.ts';

const weak: KdfRules = { ...KDF_RULES, least: { memory: 64, passes: 1, lanes: 1 } };
const parameters: KdfParameters = weak.least;
const vaultId = randomBytes(16);
const vaultKey = randomBytes(32);
const nonce = randomBytes(24);
const passphrase = Buffer.from('pass');
const damage = expect.objectContaining({ code: 'vault-damaged' });
let keyholder: Keyholder;
let header: VaultHeader;
let keys: EpochKeys;

beforeAll(async () => {
  keys = deriveEpochKeys(vaultKey, vaultId, 1);
  const options = {
    vaultId,
    name: 'owner',
    passphrase,
    parameters,
    rules: weak,
    vaultKey,
    epoch: 1,
    addedAt: 1,
  };
  keyholder = await makeKeyholder(options, randomBytes);
  const id = vaultId.toString('hex');
  header = { id, createdAt: 1, epoch: 1, former: [], keyholders: [keyholder], revision: 0 };
});

/** A header with another body, made by somebody who knows the vault's keys. */
function remade(
  { covered }: ReadHeader,
  change: (body: Record<string, unknown>) => Record<string, unknown>,
): Uint8Array {
  const body = JSON.parse(Buffer.from(covered.subarray(13)).toString()) as Record<string, unknown>;
  const front = new ByteWriter()
    .raw(covered.subarray(0, 9))
    .block(encodeCanonical(change(body)))
    .finish();
  const withMac = Buffer.concat([front, createHmac('sha256', keys.header).update(front).digest()]);
  return Buffer.concat([withMac, createHash('sha256').update(withMac).digest()]);
}

/** The same bytes by another last symbol: where they do not fill their symbols, it holds bits that nobody reads. */
function loose(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  const others = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].map(
    (last) => text.slice(0, -1) + last,
  );
  return others.find((other) => other !== text && Buffer.from(other, 'base64url').equals(bytes)) ?? text;
}

const wayOf = ({ ways: [way] }: Keyholder) => {
  if (way?.kind !== 'passphrase') throw new Error('no passphrase');
  return way;
};

describe('a keyholder', () => {
  it('opens the vault key with the passphrase, and with no other', async () => {
    const way = wayOf(keyholder);
    const privateKey = await openPassphraseWay(vaultId, keyholder, way, passphrase, weak);
    expect(privateKey && openVaultKey(vaultId, keyholder, 1, privateKey)).toEqual(new Uint8Array(vaultKey));
    expect(await openPassphraseWay(vaultId, keyholder, way, Buffer.from('Pass'), weak)).toBeUndefined();
  });

  it('does not open in another vault, as another person, or with its parameters changed', async () => {
    const way = wayOf(keyholder);
    const open = (id: Uint8Array, holder: Keyholder, by = way) =>
      openPassphraseWay(id, holder, by, passphrase, weak);
    expect(await open(randomBytes(16), keyholder)).toBeUndefined();
    expect(await open(vaultId, { ...keyholder, id: '0000000000000000' })).toBeUndefined();
    expect(await open(vaultId, keyholder, { ...way, passes: 2 })).toBeUndefined();
    const privateKey = (await open(vaultId, keyholder)) ?? new Uint8Array();
    expect(() => openVaultKey(vaultId, keyholder, 2, privateKey)).toThrow(damage);
    const smallOrder = { ...keyholder, vaultKey: { ...keyholder.vaultKey, ephemeral: new Uint8Array(32) } };
    expect(() => openVaultKey(vaultId, smallOrder, 1, privateKey)).toThrow(damage);
  });
});

describe('the header', () => {
  it('decodes to what was encoded, and to nothing with any byte changed or cut', () => {
    const bytes = encodeVaultHeader(keys, { ...header, name: 'Team' }, nonce);
    const opened = openVaultHeader(keys, decodeVaultHeader(bytes));
    expect(opened).toMatchObject({ name: 'Team', keyholders: [{ name: 'owner' }] });
    expect(encodeVaultHeader(keys, opened, nonce)).toEqual(bytes);
    for (let at = 0; at < bytes.length; at++) {
      if (at !== 8) expect(() => decodeVaultHeader(bytes.with(at, (bytes[at] ?? 0) ^ 1))).toThrow(damage);
      expect(() => decodeVaultHeader(bytes.subarray(0, at))).toThrow(damage);
    }
  });

  it('shows nobody a name who cannot open it, and no two of its boxes are alike', () => {
    const named = { ...header, name: 'canary vault', keyholders: [{ ...keyholder, name: 'canary person' }] };
    const bytes = Buffer.from(encodeVaultHeader(keys, named, nonce));
    expect(bytes.includes('canary')).toBe(false);
    expect(bytes.includes(Buffer.from('canary person').toString('base64url').slice(2, -2))).toBe(false);
    expect(bytes.toString('latin1')).not.toContain('"name"');
    expect(encodeVaultHeader(keys, named, randomBytes(24))).not.toEqual(new Uint8Array(bytes));
  });

  it('does not open with the names of another header of the same vault', () => {
    const [one, other] = [header, { ...header, revision: 1, name: 'Other' }].map(
      (named) => decodeVaultHeader(encodeVaultHeader(keys, named, nonce)) as ReadHeader,
    );
    if (!one || !other) throw new Error('two headers');
    const box = Buffer.from(other.names as Uint8Array).toString('base64url');
    const mixed = remade(one, (body) => ({ ...body, names: box }));
    expect(() => openVaultHeader(keys, decodeVaultHeader(mixed))).toThrow(damage);
  });

  it('does not decode where bytes are written in another way than the one', () => {
    const read = decodeVaultHeader(encodeVaultHeader(keys, header, nonce));
    const text = Buffer.from(read.names as Uint8Array).toString('base64url');
    expect(() => decodeVaultHeader(remade(read, (body) => ({ ...body, names: text })))).not.toThrow();
    for (const names of [`${text}=`, ` ${text}`, `${text}\n`, '', loose(text)]) {
      expect(names).not.toBe(text);
      expect(() => decodeVaultHeader(remade(read, (body) => ({ ...body, names })))).toThrow(damage);
    }
  });

  it('names a newer version as such, before anything else', () => {
    const bytes = encodeVaultHeader(keys, header, nonce).with(8, 4);
    expect(() => decodeVaultHeader(bytes.subarray(0, 20))).toThrow(
      expect.objectContaining({ code: 'vault-newer' }),
    );
  });

  it('is not trusted when somebody without the vault key wrote it, however well its checksum fits', () => {
    const bytes = encodeVaultHeader(keys, header, nonce);
    const forged = Buffer.from(
      encodeVaultHeader({ ...keys, header: randomBytes(32) }, { ...header, name: 'Mine' }, nonce),
    );
    expect(() => openVaultHeader(keys, decodeVaultHeader(forged))).toThrow(damage);
    const at = bytes.length - 40;
    const summed = bytes.slice(0, -32).with(at, (bytes[at] ?? 0) ^ 1);
    const whole = Buffer.concat([summed, createHash('sha256').update(summed).digest()]);
    expect(() => openVaultHeader(keys, decodeVaultHeader(whole))).toThrow(damage);
  });

  it('keeps earlier vault keys under the newest', () => {
    const newest = { key: randomBytes(32), epoch: 2 };
    const box = sealFormerKey(newest, vaultId, { key: vaultKey, epoch: 1 }, randomBytes(24));
    expect(openFormerKey(newest, vaultId, { box, epoch: 1 })).toEqual(new Uint8Array(vaultKey));
    expect(() => openFormerKey({ ...newest, epoch: 3 }, vaultId, { box, epoch: 1 })).toThrow(damage);
    expect(() => openFormerKey({ ...newest, key: vaultKey }, vaultId, { box, epoch: 1 })).toThrow(damage);
  });
});

describe('D1: the key derivation', () => {
  it.each([
    ['too little memory', { memory: 65_535, passes: 3, lanes: 1 }],
    ['too few passes', { memory: 65_536, passes: 2, lanes: 1 }],
    ['no lane', { memory: 65_536, passes: 3, lanes: 0 }],
    ['more memory than a machine has', { memory: 1_048_577, passes: 3, lanes: 1 }],
    ['passes without end', { memory: 65_536, passes: 17, lanes: 1 }],
    ['lanes without end', { memory: 65_536, passes: 3, lanes: 5 }],
  ])('refuses %s before it computes', async (_, asked) => {
    await expect(deriveFromPassphrase(passphrase, randomBytes(16), asked, KDF_RULES)).rejects.toThrow(damage);
  });

  it('is calibrated within its bounds, whatever the target', async () => {
    const rules = { ...weak, most: { memory: 512, passes: 4, lanes: 4 } };
    expect(await calibrateKdf({ ...rules, target: 0 })).toEqual(parameters);
    expect((await calibrateKdf({ ...rules, target: 1e9 })).passes).toBe(4);
  });
});
