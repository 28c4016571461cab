import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';

// RFC 8410: everything in front of the 32 raw bytes.
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** The public half of a 32-byte X25519 private key. */
export function x25519PublicKey(privateKey: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateKeyObject(privateKey)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(PUBLIC_PREFIX.length));
}

/** The shared secret. Throws where the other side's key is of small order. */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const key = Buffer.concat([PUBLIC_PREFIX, publicKey]);
  return diffieHellman({
    privateKey: privateKeyObject(privateKey),
    publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
  });
}

function privateKeyObject(privateKey: Uint8Array) {
  const key = Buffer.concat([PRIVATE_PREFIX, privateKey]);
  const object = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  key.fill(0);
  return object;
}
