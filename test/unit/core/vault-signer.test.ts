import { createPublicKey, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { vaultSigner } from '../../../electron/core/signing/vault-signer.ts';

const ours = vaultSigner('vault-1', new Uint8Array(32).fill(1));
const theirs = vaultSigner('vault-2', new Uint8Array(32).fill(2));

it('a vault knows its own signature over exactly that text, and no other', () => {
  const signature = ours.sign('role');
  expect(ours.verify('role', signature)).toBe(true);
  expect(ours.verify('role ', signature)).toBe(false);
  expect(theirs.verify('role', signature)).toBe(false);
  for (const broken of ['', signature.slice(1), `${signature}A`, 'A'.repeat(86), '!'.repeat(86)]) {
    expect(ours.verify('role', broken)).toBe(false);
  }
});

it('whoever has the public half can check it', () => {
  const key = { kty: 'OKP', crv: 'Ed25519', x: ours.publicKey };
  const publicKey = createPublicKey({ key, format: 'jwk' });
  const signature = Buffer.from(ours.sign('role'), 'base64url');
  expect(verify(null, Buffer.from('keywarden signature\nrole'), publicKey, signature)).toBe(true);
});
