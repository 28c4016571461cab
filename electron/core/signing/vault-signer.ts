import { ed25519Key } from '../../crypto/ed25519.ts';

/**
 * Signs, in the vault's name, what lies where others can write: a comment on a database role. Whoever knows the public
 * half can check it; nobody else can make one.
 */
export interface VaultSigner {
  readonly vaultId: string;
  /** Ed25519, 32 bytes in base64url. */
  readonly publicKey: string;
  /** The signature over a text, 64 bytes in base64url. */
  sign(text: string): string;
  /** False for anything that is no signature of ours over exactly this text. */
  verify(text: string, signature: string): boolean;
}

const PURPOSE = 'keywarden signature\n';

/** A signer from the vault's 32 secret bytes, which the caller may zero-fill afterwards. */
export function vaultSigner(vaultId: string, seed: Uint8Array): VaultSigner {
  const key = ed25519Key(seed);
  const message = (text: string) => Buffer.from(PURPOSE + text);
  return {
    vaultId,
    publicKey: Buffer.from(key.publicKey).toString('base64url'),
    sign: (text) => Buffer.from(key.sign(message(text))).toString('base64url'),
    verify: (text, signature) =>
      /^[A-Za-z0-9_-]{86}$/.test(signature) && key.verify(message(text), Buffer.from(signature, 'base64url')),
  };
}
