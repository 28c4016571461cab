import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPrivateKey, revealOpensshKey } from '../../../../electron/engines/ssh/private-key.ts';
import { readPublicKey } from '../../../../electron/engines/ssh/public-key.ts';
import { sshEngine } from '../../../../electron/engines/ssh/ssh-engine.ts';
import { FieldReader, mpint, string } from '../../../../electron/engines/ssh/wire.ts';

const MODULUS = Buffer.alloc(256, 0xff);

describe('keys in files', () => {
  it.each([
    ['ed25519', () => generateKeyPairSync('ed25519')],
    ['rsa', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ec', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ] as const)('of type %s come out as they went in', (_, make) => {
    const { privateKey } = make();
    const text = revealOpensshKey(privateKey, 'a comment', (length) => new Uint8Array(length));
    expect(readPrivateKey(text).equals(privateKey)).toBe(true);
  });

  it('that are damaged are refused, whatever is damaged', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, (noise) => {
        const text = Buffer.from(noise).toString('base64');
        expect(() => readPublicKey(`ssh-ed25519 ${text}`)).toThrow();
        const file = `-----BEGIN OPENSSH PRIVATE KEY-----\n${text}\n-----END OPENSSH PRIVATE KEY-----`;
        expect(() => readPrivateKey(file)).toThrow(/failed to parse/);
      }),
    );
  });

  it.each([
    ['an RSA exponent with which anyone can sign', 'ssh-rsa', mpint(Uint8Array.of(1)), mpint(MODULUS)],
    ['an even RSA exponent', 'ssh-rsa', mpint(Uint8Array.of(4)), mpint(MODULUS)],
    ['a negative RSA modulus', 'ssh-rsa', mpint(Uint8Array.of(1, 0, 1)), string(MODULUS)],
    [
      'a point beside the curve',
      'ecdsa-sha2-nistp256',
      string('nistp256'),
      string(Buffer.concat([Uint8Array.of(4), Buffer.alloc(64, 7)])),
    ],
  ])('with %s are not signed', (_, type, ...parts) => {
    const blob = Buffer.concat([string(type), ...parts]).toString('base64');
    expect(() => readPublicKey(`${type} ${blob}`)).toThrow(/such an exponent|failed to parse/);
  });

  it('hold numbers that nobody takes for negative ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const read = new FieldReader(mpint(bytes)).string();
        expect((read[0] ?? 0) & 0x80).toBe(0);
        expect(BigInt(`0x0${read.toString('hex')}`)).toBe(BigInt(`0x0${Buffer.from(bytes).toString('hex')}`));
      }),
    );
  });
});

it('every path says what it is for', () => {
  expect(sshEngine.routes.filter((route) => !route.help)).toEqual([]);
});
