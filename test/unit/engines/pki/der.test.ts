import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  integer,
  objectIdentifier,
  octetString,
  readParts,
  sequence,
  time,
} from '../../../../electron/engines/pki/x509/der.ts';
import { altNames, caConstraints } from '../../../../electron/engines/pki/x509/extensions.ts';
import { readCertificate } from '../../../../electron/engines/pki/x509/read-certificate.ts';
import { signCertificate } from '../../../../electron/engines/pki/x509/sign-certificate.ts';
import { crlToBeSigned } from '../../../../electron/engines/pki/x509/sign-crl.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

it.each([
  [integer(0), '020100'],
  [integer(127), '02017f'],
  [integer(128), '02020080'],
  [integer(Uint8Array.of(0, 0, 0x80)), '02020080'],
  [objectIdentifier('1.2.840.113549.1.1.11'), '06092a864886f70d01010b'],
  [objectIdentifier('2.5.29.37.0'), '0604551d2500'],
  // Years from 2050 have four digits (RFC 5280, 4.1.2.5).
  [time(Date.UTC(2049, 11, 31, 23, 59, 59)), `170d${Buffer.from('491231235959Z').toString('hex')}`],
  [time(Date.UTC(1949, 11, 31)), `180f${Buffer.from('19491231000000Z').toString('hex')}`],
  [time(Date.UTC(9999, 11, 31, 23, 59, 59)), `180f${Buffer.from('99991231235959Z').toString('hex')}`],
  [time(Date.UTC(2050, 0, 1)), `180f${Buffer.from('20500101000000Z').toString('hex')}`],
])('X.690 writes it as %s → %s', (encoded, expected) => {
  expect(hex(encoded)).toBe(expected);
});

it('what was written is read again, whatever its length', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 70_000, size: 'max' }), { maxLength: 4 }), (values) => {
      const [whole] = readParts(sequence(...values.map(octetString)));
      expect(readParts(whole?.contents ?? new Uint8Array()).map((part) => hex(part.contents))).toEqual(
        values.map(hex),
      );
    }),
    { numRuns: 20 },
  );
});

it.each([
  ['10.0.0.1', 'IP Address:10.0.0.1'],
  ['::1', 'IP Address:0:0:0:0:0:0:0:1'],
  ['2001:db8::ff00:42:8329', 'IP Address:2001:DB8:0:0:0:FF00:42:8329'],
  ['fe80::', 'IP Address:FE80:0:0:0:0:0:0:0'],
  ['::ffff:192.0.2.1', 'IP Address:0:0:0:0:0:FFFF:C000:201'],
])('the address %s is read back as %s', (address, read) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = signCertificate(
    {
      serial: Uint8Array.of(1),
      issuer: sequence(),
      subject: sequence(),
      spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
      notBefore: 0,
      notAfter: 1000,
      extensions: [...altNames({ dns: [], email: [], ip: [address], uri: [] }, true), caConstraints(3)],
    },
    privateKey,
  );
  const { parsed, isCa, pathLength } = readCertificate(der);
  expect([parsed.subjectAltName, isCa, pathLength]).toEqual([read, true, 3]);
});

it.each([
  '0281',
  '028101',
  '0281017f',
  '02820080',
  '0280',
  '0288000000000000000100',
  '1f010100',
  '02850000000001',
])('what is not DER is not read: %s', (text) => {
  expect(() => readParts(Buffer.from(text, 'hex'))).toThrow(RangeError);
});

it.each([Date.UTC(10_000, 0, 1), Date.UTC(-1, 0, 1), Number.NaN])('no time is written for %d', (instant) => {
  expect(() => time(instant)).toThrow('no such time');
});

it('noise is refused in words', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      expect(() => readCertificate(noise)).toThrow('unable to parse the certificate');
    }),
  );
});

it('a list of revoked certificates has room for all of them', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const revoked = Array.from({ length: 150_000 }, () => ({ serial: Uint8Array.of(1), at: 0 }));
  const terms = {
    issuer: sequence(),
    issuerKeyId: Uint8Array.of(1),
    number: 1,
    thisUpdate: 0,
    nextUpdate: 1000,
  };
  const [list] = readParts(crlToBeSigned({ ...terms, revoked }, privateKey));
  expect(list?.contents.length).toBeGreaterThan(150_000 * 20);
});
