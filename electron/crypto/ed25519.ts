import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

// RFC 8410: everything in front of the 32 raw bytes.
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** An Ed25519 key (RFC 8032), ready for use. */
export interface Ed25519Key {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** The key that 32 random bytes stand for. They are copied: the caller may zero-fill them. */
export function ed25519Key(seed: Uint8Array): Ed25519Key {
  const privateKey = privateKeyObject(seed);
  const publicKey = createPublicKey(privateKey);
  return {
    publicKey: new Uint8Array(
      publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length),
    ),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
    verify: (message, signature) => verify(null, message, publicKey, signature),
  };
}

function privateKeyObject(seed: Uint8Array): KeyObject {
  const key = Buffer.concat([PRIVATE_PREFIX, seed]);
  const object = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  key.fill(0);
  return object;
}
