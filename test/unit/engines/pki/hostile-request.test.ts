import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, it } from 'vitest';
import { describeKey } from '../../../../electron/engines/pki/private-key.ts';
import { makeRequest, readRequest } from '../../../../electron/engines/pki/x509/certificate-request.ts';
import { element, explicit, sequence } from '../../../../electron/engines/pki/x509/der.ts';
import { distinguishedName } from '../../../../electron/engines/pki/x509/distinguished-name.ts';
import { pem } from '../../../../electron/engines/pki/x509/read-certificate.ts';
import { signDer } from '../../../../electron/engines/pki/x509/sign-der.ts';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';

const BEGIN = '-----BEGIN CERTIFICATE REQUEST-----';
const own = generateKeyPairSync('ed25519');
const somebody = generateKeyPairSync('ed25519');
const spkiOf = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'spki' }));
const named = (commonName: string) => {
  const none = { serialNumber: '', country: [], organization: [], ou: [], locality: [] };
  return distinguishedName({ ...none, commonName, province: [], streetAddress: [], postalCode: [] });
};
const made = (key: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }) =>
  pem(
    'CERTIFICATE REQUEST',
    makeRequest(
      { subject: named('a.example.com'), spki: spkiOf(key.publicKey), extensions: [] },
      key.privateKey,
    ),
  );

it.each([
  // Each line begins a header or goes on with the one before: a pattern that tries both never ends.
  ['headers', `${BEGIN}\na: b\n${' a: b\n'.repeat(32)}!`],
  ['beginnings', BEGIN.replace('REQUEST-----', 'REQUEST').concat('-----BEGIN '.repeat(20_000))],
  ['a beginning for every end', `${BEGIN}\n`.repeat(7_000)],
])('a request of nothing but %s is refused at once', async (_what, text) => {
  const before = process.cpuUsage().user;
  await expect(readRequest(text)).rejects.toThrow('could not be parsed');
  expect(process.cpuUsage().user - before).toBeLessThan(2_000_000);
});

it('a request is read whatever stands around it', async () => {
  const text = made(own);
  for (const around of [text, `Certificate Request:\n${text}\n`, text.replaceAll('\n', '\r\n')]) {
    expect(await readRequest(around)).toMatchObject({ commonName: 'a.example.com' });
  }
  expect(await readRequest(text.replaceAll('CERTIFICATE', 'NEW CERTIFICATE'))).toMatchObject({
    commonName: 'a.example.com',
  });
});

it('nobody gets a certificate for a key that they do not have, however its length is written', async () => {
  // One who takes the long length for none finds another key inside of the version.
  const inside = Buffer.concat([named('a.example.com'), spkiOf(somebody.publicKey)]);
  const length = Buffer.alloc(8);
  length.writeUInt32BE(inside.length, 4);
  for (const version of [Buffer.concat([Uint8Array.of(0x02, 0x88), length, inside]), element(0x02, inside)]) {
    const info = sequence(version, named('a.example.com'), spkiOf(own.publicKey), explicit(0));
    const text = pem('CERTIFICATE REQUEST', signDer(info, own.privateKey));
    const read = await readRequest(text).catch((thrown: unknown) => thrown);
    if (read instanceof KeywardenError) expect(read.code).toBe('invalid-request');
    else expect((read as { spki: Uint8Array }).spki).toEqual(spkiOf(own.publicKey));
  }
});

it.each([1n, 2n, 4n])(
  'an RSA key with the exponent %d, whose signatures anyone can make, gets none',
  async (exponent) => {
    const { n } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    const e = Buffer.of(Number(exponent)).toString('base64url');
    const key = createPublicKey({ key: { kty: 'RSA', n: n ?? '', e }, format: 'jwk' });
    expect(() => describeKey(key)).toThrow('exponent');
  },
);
