import { damaged } from './damaged.ts';
import { deriveSubkey } from './epoch-keys.ts';
import { NONCE_LENGTH, openBox, sealBox } from './secret-box.ts';
import { x25519, x25519PublicKey } from './x25519.ts';

/** 32 bytes sealed to a public key. */
export interface SealedKey {
  readonly ephemeral: Uint8Array;
  readonly box: Uint8Array;
}

/** What a sealed key is for: the HKDF label, and what it is bound to. */
export interface KeyPurpose {
  readonly label: string;
  readonly associated: Uint8Array;
}

/** Seals a 32-byte key to an X25519 public key with a key pair that is used once. Throws `vault-damaged` for a public key that cannot be used. */
export function sealKeyTo(
  publicKey: Uint8Array,
  key: Uint8Array,
  { label, associated }: KeyPurpose,
  random: (length: number) => Uint8Array,
): SealedKey {
  const ephemeralKey = random(32);
  const ephemeral = x25519PublicKey(ephemeralKey);
  const shared = sharedKey(() => x25519(ephemeralKey, publicKey), ephemeral, publicKey, label);
  ephemeralKey.fill(0);
  if (!shared) throw damaged('a public key in vault.kwh cannot be used');
  const box = sealBox(shared, random(NONCE_LENGTH), associated, key);
  shared.fill(0);
  return { ephemeral, box };
}

/** Opens what `sealKeyTo` made, or returns undefined where this private key does not. */
export function openSealedKey(
  privateKey: Uint8Array,
  publicKey: Uint8Array,
  { ephemeral, box }: SealedKey,
  { label, associated }: KeyPurpose,
): Uint8Array | undefined {
  const shared = sharedKey(() => x25519(privateKey, ephemeral), ephemeral, publicKey, label);
  const opened = shared && openBox(shared, associated, box);
  shared?.fill(0);
  return opened?.length === 32 ? opened : undefined;
}

/** `agree` throws for keys of small order, which only a forged header holds. */
function sharedKey(
  agree: () => Uint8Array,
  ephemeral: Uint8Array,
  publicKey: Uint8Array,
  label: string,
): Uint8Array | undefined {
  try {
    const shared = agree();
    const key = deriveSubkey(shared, Buffer.concat([ephemeral, publicKey]), label);
    shared.fill(0);
    return key;
  } catch {
    return undefined;
  }
}
