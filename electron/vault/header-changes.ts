import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { sealFormerKey } from '../crypto/former-keys.ts';
import type { SecretWay, Way } from '../crypto/header-body.ts';
import { type NewPassphrase, sealToPassphrase, sealVaultKey } from '../crypto/keyholder.ts';
import { NONCE_LENGTH } from '../crypto/secret-box.ts';
import { sealToSecretWay, secretWayPublicKey } from '../crypto/secret-way.ts';
import type { Keyholder, VaultHeader } from '../crypto/vault-header.ts';
import { x25519PublicKey } from '../crypto/x25519.ts';
import type { RandomBytes } from './ports.ts';
import type { RevealedHeader, VaultKey } from './unlock-header.ts';
import type { WaySecret } from './way-in.ts';

/** How shares of a secret are made, for people who look at the list of ways. */
export interface ShareTerms {
  readonly set: string;
  readonly threshold: number;
  readonly total: number;
}

/** Adds a way behind which lies a secret of 32 bytes. */
export function withSecretWay(
  header: VaultHeader,
  { vaultId, keyholder, privateKey }: RevealedHeader,
  secret: WaySecret,
  added: { readonly addedAt: number; readonly shares?: ShareTerms },
  random: RandomBytes,
): VaultHeader {
  const publicKey = secretWayPublicKey(vaultId, secret.kind, secret.bytes);
  const sealed = sealToSecretWay(vaultId, keyholder, { kind: secret.kind, publicKey }, privateKey, random);
  const common = { id: newId(random), addedAt: added.addedAt, publicKey, ...sealed };
  const way = secretWay(secret.kind, common, added.shares);
  return withKeyholder(header, { ...keyholder, ways: [...keyholder.ways, way] });
}

function secretWay(
  kind: SecretWay['kind'],
  common: Omit<Extract<SecretWay, { kind: 'keychain' }>, 'kind'>,
  shares: ShareTerms | undefined,
): SecretWay {
  if (kind !== 'shares') return { ...common, kind };
  if (!shares) throw new RangeError('shares without their number');
  return { ...common, kind, ...shares };
}

/** Takes a way out. Throws `not-found`, and `invalid-request` where only the keychain or nothing would be left. */
export function withoutWay(header: VaultHeader, id: string): VaultHeader {
  const keyholder = header.keyholders.find(({ ways }) => ways.some((way) => way.id === id));
  if (!keyholder) throw new KeywardenError('not-found', 'There is no such way in.');
  const ways = keyholder.ways.filter((way) => way.id !== id);
  // SECURITY(S3): the keychain is a convenience, never the only way in.
  if (!ways.some(({ kind }) => kind !== 'keychain')) {
    throw new KeywardenError('invalid-request', 'The last way in cannot be removed.');
  }
  return withKeyholder(header, { ...keyholder, ways });
}

/** Another passphrase, the same key pair: the old one opens this header no more. */
export async function withPassphrase(
  header: VaultHeader,
  { vaultId, keyholder, privateKey }: RevealedHeader,
  passphrase: NewPassphrase,
  random: RandomBytes,
): Promise<VaultHeader> {
  const way = await sealToPassphrase(vaultId, keyholder, passphrase, privateKey, random);
  const others = keyholder.ways.filter(({ kind }) => kind !== 'passphrase');
  return withKeyholder(header, { ...keyholder, ways: [way, ...others] });
}

/**
 * A new key pair: whoever knows the old private key learns nothing of what comes after the next epoch.
 * Other ways are sealed anew to their public keys; the ledger vouches for these. Without a passphrase the keyholder must have
 * none: what lies under one cannot be sealed anew without it.
 */
export async function withNewKeyPair(
  header: VaultHeader,
  { vaultId, keyholder, vaultKeys: [newest] }: RevealedHeader,
  passphrase: NewPassphrase | undefined,
  random: RandomBytes,
): Promise<VaultHeader> {
  const privateKey = random(32);
  try {
    const owner = { id: keyholder.id, publicKey: x25519PublicKey(privateKey) };
    const way = passphrase && (await sealToPassphrase(vaultId, owner, passphrase, privateKey, random));
    const others = keyholder.ways.flatMap((old): Way[] =>
      old.kind === 'passphrase'
        ? []
        : [{ ...old, ...sealToSecretWay(vaultId, owner, old, privateKey, random) }],
    );
    const vaultKey = sealVaultKey(vaultId, owner, newest.key, newest.epoch, random);
    return withKeyholder(header, {
      ...keyholder,
      ...owner,
      vaultKey,
      ways: [...(way ? [way] : []), ...others],
    });
  } finally {
    privateKey.fill(0);
  }
}

/** A new epoch: its key sealed to every keyholder, all earlier keys sealed under it. */
export function withNewEpoch(
  header: VaultHeader,
  { vaultId, vaultKeys }: RevealedHeader,
  newest: VaultKey,
  random: RandomBytes,
): VaultHeader {
  return {
    ...header,
    epoch: newest.epoch,
    former: vaultKeys.map((former) => ({
      epoch: former.epoch,
      box: sealFormerKey(newest, vaultId, former, random(NONCE_LENGTH)),
    })),
    keyholders: header.keyholders.map((keyholder) => ({
      ...keyholder,
      vaultKey: sealVaultKey(vaultId, keyholder, newest.key, newest.epoch, random),
    })),
  };
}

function withKeyholder(header: VaultHeader, changed: Keyholder): VaultHeader {
  const keyholders = header.keyholders.map((keyholder) =>
    keyholder.id === changed.id ? changed : keyholder,
  );
  return { ...header, keyholders };
}

function newId(random: RandomBytes): string {
  return Buffer.from(random(8)).toString('hex');
}
