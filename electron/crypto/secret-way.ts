import { ByteWriter } from './byte-writer.ts';
import { deriveSubkey } from './epoch-keys.ts';
import type { SealedKeyholder, SecretWay, SecretWayKind } from './header-body.ts';
import { type KeyPurpose, openSealedKey, sealKeyTo } from './sealed-key.ts';
import { x25519PublicKey } from './x25519.ts';

type Random = (length: number) => Uint8Array;

/** Whose private key a way leads to. */
export type WayOwner = Pick<SealedKeyholder, 'id' | 'publicKey'>;

/** The public half of the key pair behind a secret of 32 bytes: what is sealed to it, the secret opens. */
export function secretWayPublicKey(vaultId: Uint8Array, kind: SecretWayKind, secret: Uint8Array): Uint8Array {
  const wayKey = deriveWayKey(vaultId, kind, secret);
  const publicKey = x25519PublicKey(wayKey);
  wayKey.fill(0);
  return publicKey;
}

/** Seals a keyholder's private key to a way's public key. FORMAT.md section 8. */
export function sealToSecretWay(
  vaultId: Uint8Array,
  owner: WayOwner,
  way: { readonly kind: SecretWayKind; readonly publicKey: Uint8Array },
  privateKey: Uint8Array,
  random: Random,
): { readonly ephemeral: Uint8Array; readonly box: Uint8Array } {
  return sealKeyTo(way.publicKey, privateKey, purpose(vaultId, owner, way), random);
}

/** The keyholder's private key behind a way, or undefined where this secret does not open it. */
export function openSecretWay(
  vaultId: Uint8Array,
  owner: WayOwner,
  way: SecretWay,
  secret: Uint8Array,
): Uint8Array | undefined {
  const wayKey = deriveWayKey(vaultId, way.kind, secret);
  const opened = openSealedKey(wayKey, way.publicKey, way, purpose(vaultId, owner, way));
  wayKey.fill(0);
  return opened;
}

function deriveWayKey(vaultId: Uint8Array, kind: SecretWayKind, secret: Uint8Array): Uint8Array {
  return deriveSubkey(secret, vaultId, `keywarden/1/way-key/${kind}`);
}

function purpose(
  vaultId: Uint8Array,
  owner: WayOwner,
  { kind, publicKey }: { readonly kind: SecretWayKind; readonly publicKey: Uint8Array },
): KeyPurpose {
  const label = `keywarden/1/way/${kind}`;
  const associated = new ByteWriter()
    .text(label)
    .raw(vaultId)
    .text(owner.id)
    .raw(owner.publicKey)
    .raw(publicKey)
    .finish();
  return { label, associated };
}
