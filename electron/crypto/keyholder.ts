import { ByteWriter } from './byte-writer.ts';
import { damaged } from './damaged.ts';
import type { PassphraseWay, SealedKeyholder, Way } from './header-body.ts';
import { deriveFromPassphrase, type KdfParameters, type KdfRules } from './passphrase-kdf.ts';
import { type KeyPurpose, openSealedKey, sealKeyTo } from './sealed-key.ts';
import { NONCE_LENGTH, openBox, sealBox } from './secret-box.ts';
import { sealToSecretWay, secretWayPublicKey, type WayOwner } from './secret-way.ts';
import type { Keyholder } from './vault-header.ts';
import { x25519PublicKey } from './x25519.ts';

type Random = (length: number) => Uint8Array;

/** A passphrase and how costly it is made to guess. */
export interface NewPassphrase {
  readonly passphrase: Uint8Array;
  readonly parameters: KdfParameters;
  readonly rules: KdfRules;
  /** Milliseconds since 1970, for people. */
  readonly addedAt: number;
}

/** What making a keyholder needs. */
export interface NewKeyholder extends NewPassphrase {
  readonly vaultId: Uint8Array;
  readonly name: string;
  readonly vaultKey: Uint8Array;
  readonly epoch: number;
  /** The secret of a recovery kit that is to open the vault as well. */
  readonly recoveryKit?: Uint8Array | undefined;
}

/** A new key pair, its private half under a passphrase, the vault key sealed to its public half. */
export async function makeKeyholder(options: NewKeyholder, random: Random): Promise<Keyholder> {
  const privateKey = random(32);
  const id = Buffer.from(random(8)).toString('hex');
  const owner: WayOwner = { id, publicKey: x25519PublicKey(privateKey) };
  const ways: Way[] = [await sealToPassphrase(options.vaultId, owner, options, privateKey, random)];
  if (options.recoveryKit) ways.push(kitWay(options, options.recoveryKit, owner, privateKey, random));
  privateKey.fill(0);
  const vaultKey = sealVaultKey(options.vaultId, owner, options.vaultKey, options.epoch, random);
  return { ...owner, name: options.name, vaultKey, ways };
}

function kitWay(
  { vaultId, addedAt }: NewKeyholder,
  secret: Uint8Array,
  owner: WayOwner,
  privateKey: Uint8Array,
  random: Random,
): Way {
  const kind = 'recovery-kit';
  const publicKey = secretWayPublicKey(vaultId, kind, secret);
  const sealed = sealToSecretWay(vaultId, owner, { kind, publicKey }, privateKey, random);
  return { kind, id: Buffer.from(random(8)).toString('hex'), addedAt, publicKey, ...sealed };
}

/** Seals a keyholder's private key under a passphrase. */
export async function sealToPassphrase(
  vaultId: Uint8Array,
  owner: WayOwner,
  { passphrase, parameters, rules, addedAt }: NewPassphrase,
  privateKey: Uint8Array,
  random: Random,
): Promise<PassphraseWay> {
  const salt = random(16);
  const key = await deriveFromPassphrase(passphrase, salt, parameters, rules);
  const box = sealBox(
    key,
    random(NONCE_LENGTH),
    wayData(vaultId, owner, { ...parameters, salt }),
    privateKey,
  );
  key.fill(0);
  const id = Buffer.from(random(8)).toString('hex');
  return { kind: 'passphrase', id, addedAt, ...parameters, salt, box };
}

/** The private key behind a way, or undefined where this passphrase does not open it. */
export async function openPassphraseWay(
  vaultId: Uint8Array,
  owner: WayOwner,
  way: PassphraseWay,
  passphrase: Uint8Array,
  rules: KdfRules,
): Promise<Uint8Array | undefined> {
  const key = await deriveFromPassphrase(passphrase, way.salt, way, rules);
  const privateKey = openBox(key, wayData(vaultId, owner, way), way.box);
  key.fill(0);
  return privateKey;
}

/** Seals the vault key of an epoch to a keyholder: for their public key alone, so that nobody need be asked. */
export function sealVaultKey(
  vaultId: Uint8Array,
  owner: WayOwner,
  vaultKey: Uint8Array,
  epoch: number,
  random: Random,
): Keyholder['vaultKey'] {
  return sealKeyTo(owner.publicKey, vaultKey, vaultKeyPurpose(vaultId, owner, epoch), random);
}

/** The vault key of the newest epoch, opened with a keyholder's private key. Throws `vault-damaged`. */
export function openVaultKey(
  vaultId: Uint8Array,
  keyholder: SealedKeyholder,
  epoch: number,
  privateKey: Uint8Array,
): Uint8Array {
  const purpose = vaultKeyPurpose(vaultId, keyholder, epoch);
  const opened = openSealedKey(privateKey, keyholder.publicKey, keyholder.vaultKey, purpose);
  if (!opened) throw damaged('the vault key in vault.kwh does not open');
  return opened;
}

function wayData(
  vaultId: Uint8Array,
  owner: WayOwner,
  way: KdfParameters & { readonly salt: Uint8Array },
): Uint8Array {
  return new ByteWriter()
    .text('keywarden/1/way/passphrase')
    .raw(vaultId)
    .text(owner.id)
    .raw(owner.publicKey)
    .raw(way.salt)
    .u32(way.memory)
    .u32(way.passes)
    .u32(way.lanes)
    .finish();
}

function vaultKeyPurpose(vaultId: Uint8Array, owner: WayOwner, epoch: number): KeyPurpose {
  const associated = new ByteWriter()
    .text('keywarden/1/keyholder')
    .raw(vaultId)
    .u32(epoch)
    .text(owner.id)
    .raw(owner.publicKey)
    .finish();
  return { label: 'keywarden/1/keyholder', associated };
}
