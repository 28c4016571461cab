import { ByteWriter } from './byte-writer.ts';
import { damaged } from './damaged.ts';
import { deriveSubkey } from './epoch-keys.ts';
import { deriveFromPassphrase, type KdfParameters, type KdfRules } from './passphrase-kdf.ts';
import { NONCE_LENGTH, openBox, sealBox } from './secret-box.ts';
import type { Keyholder, PassphraseWay } from './vault-header.ts';
import { x25519, x25519PublicKey } from './x25519.ts';

type Random = (length: number) => Uint8Array;

/** The vault and the person that a box belongs to. */
interface Owner {
  readonly vaultId: Uint8Array;
  readonly keyholderId: string;
  readonly publicKey: Uint8Array;
}

/** What making a keyholder needs. */
export interface NewKeyholder {
  readonly vaultId: Uint8Array;
  readonly name: string;
  readonly passphrase: Uint8Array;
  readonly parameters: KdfParameters;
  readonly rules: KdfRules;
  readonly vaultKey: Uint8Array;
  readonly epoch: number;
}

/** A new key pair, its private half under a passphrase, the vault key sealed to its public half. */
export async function makeKeyholder(options: NewKeyholder, random: Random): Promise<Keyholder> {
  const privateKey = random(32);
  const owner: Owner = {
    vaultId: options.vaultId,
    keyholderId: Buffer.from(random(8)).toString('hex'),
    publicKey: x25519PublicKey(privateKey),
  };
  const way = await sealPrivateKey(owner, privateKey, options, random);
  privateKey.fill(0);
  return {
    id: owner.keyholderId,
    name: options.name,
    publicKey: owner.publicKey,
    vaultKey: sealVaultKey(owner, options.vaultKey, options.epoch, random),
    ways: [way],
  };
}

/** The private key behind a way, or undefined where this passphrase does not open it. */
export async function openPassphraseWay(
  vaultId: Uint8Array,
  { id, publicKey }: Keyholder,
  way: PassphraseWay,
  passphrase: Uint8Array,
  rules: KdfRules,
): Promise<Uint8Array | undefined> {
  const key = await deriveFromPassphrase(passphrase, way.salt, way, rules);
  const privateKey = openBox(key, wayData({ vaultId, keyholderId: id, publicKey }, way), way.box);
  key.fill(0);
  return privateKey;
}

/** The vault key of the newest epoch, opened with a keyholder's private key. Throws `vault-damaged`. */
export function openVaultKey(
  vaultId: Uint8Array,
  { id, publicKey, vaultKey }: Keyholder,
  epoch: number,
  privateKey: Uint8Array,
): Uint8Array {
  const owner: Owner = { vaultId, keyholderId: id, publicKey };
  const key = sharedKey(() => x25519(privateKey, vaultKey.ephemeral), vaultKey.ephemeral, publicKey);
  const opened = key && openBox(key, vaultKeyData(owner, epoch), vaultKey.box);
  key?.fill(0);
  if (opened?.length !== 32) throw damaged('the vault key in vault.kwh does not open');
  return opened;
}

async function sealPrivateKey(
  owner: Owner,
  privateKey: Uint8Array,
  { passphrase, parameters, rules }: NewKeyholder,
  random: Random,
): Promise<PassphraseWay> {
  const salt = random(16);
  const key = await deriveFromPassphrase(passphrase, salt, parameters, rules);
  const box = sealBox(key, random(NONCE_LENGTH), wayData(owner, { ...parameters, salt }), privateKey);
  key.fill(0);
  return { kind: 'passphrase', ...parameters, salt, box };
}

function sealVaultKey(owner: Owner, vaultKey: Uint8Array, epoch: number, random: Random) {
  const ephemeralKey = random(32);
  const ephemeral = x25519PublicKey(ephemeralKey);
  const key = sharedKey(() => x25519(ephemeralKey, owner.publicKey), ephemeral, owner.publicKey);
  ephemeralKey.fill(0);
  if (!key) throw damaged('a public key in vault.kwh cannot be used');
  const box = sealBox(key, random(NONCE_LENGTH), vaultKeyData(owner, epoch), vaultKey);
  key.fill(0);
  return { ephemeral, box };
}

/** `agree` throws for keys of small order, which only a forged header holds. */
function sharedKey(
  agree: () => Uint8Array,
  ephemeral: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array | undefined {
  try {
    const shared = agree();
    const key = deriveSubkey(shared, Buffer.concat([ephemeral, publicKey]), 'keywarden/1/keyholder');
    shared.fill(0);
    return key;
  } catch {
    return undefined;
  }
}

function wayData(owner: Owner, way: KdfParameters & { readonly salt: Uint8Array }): Uint8Array {
  return new ByteWriter()
    .text('keywarden/1/way/passphrase')
    .raw(owner.vaultId)
    .text(owner.keyholderId)
    .raw(owner.publicKey)
    .raw(way.salt)
    .u32(way.memory)
    .u32(way.passes)
    .u32(way.lanes)
    .finish();
}

function vaultKeyData(owner: Owner, epoch: number): Uint8Array {
  return new ByteWriter()
    .text('keywarden/1/keyholder')
    .raw(owner.vaultId)
    .u32(epoch)
    .text(owner.keyholderId)
    .raw(owner.publicKey)
    .finish();
}
