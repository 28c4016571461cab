import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDescription, encodeDescription, isEntryName } from '../../../electron/crypto/backup-format.ts';
import { decodeSeenHead, encodeSeenHead } from '../../../electron/crypto/seen-head.ts';

const key = randomBytes(32);
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value).toString('hex'));
const positive = fc.integer({ min: 1, max: 2 ** 31 });
const seen = fc.record({
  epoch: positive,
  hash: hex(32),
  id: hex(16),
  sequence: fc.nat(),
  since: positive,
  term: positive,
  time: fc.nat(),
});
const damage = expect.objectContaining({ code: 'vault-damaged' });

describe('the head that was seen last', () => {
  it('decodes to what was encoded', () => {
    fc.assert(
      fc.property(seen, (head) => {
        expect(decodeSeenHead(encodeSeenHead(key, head), () => key)).toEqual(head);
      }),
    );
  });

  it('does not decode with a byte changed, cut, or under another key', () => {
    fc.assert(
      fc.property(seen, fc.nat(), fc.integer({ min: 1, max: 255 }), (head, at, flip) => {
        const bytes = encodeSeenHead(key, head);
        const place = at % bytes.length;
        const changed = bytes.with(place, (bytes[place] ?? 0) ^ flip);
        if (place !== 8) expect(() => decodeSeenHead(changed, () => key)).toThrow(damage);
        expect(() => decodeSeenHead(bytes.subarray(0, place), () => key)).toThrow(damage);
        expect(() => decodeSeenHead(bytes, () => randomBytes(32))).toThrow(damage);
        expect(() => decodeSeenHead(bytes, () => undefined)).toThrow(damage);
      }),
    );
    const newer = encodeSeenHead(key, fc.sample(seen, 1)[0] as never).with(8, 2);
    expect(() => decodeSeenHead(newer, () => key)).toThrow(expect.objectContaining({ code: 'vault-newer' }));
  });
});

describe('a backup', () => {
  it('has entries that lead nowhere else', () => {
    for (const name of ['ledger/00000001.kwl', 'ledger/checkpoint.kwc', 'snapshots/0000000000000001.kws']) {
      expect(isEntryName(name)).toBe(true);
    }
    for (const name of [
      '',
      '/etc/passwd',
      'ledger/../x',
      'ledger/.x',
      'ledger/a/b',
      'ledger\\x',
      'lock',
      'ledger/',
    ]) {
      expect(isEntryName(name)).toBe(false);
    }
  });

  it('describes itself in one way', () => {
    const described = fc.record({
      createdAt: fc.nat(),
      epoch: positive,
      hash: hex(32),
      id: hex(16),
      salt: fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((salt) => Buffer.from(salt).toString('base64url')),
      sequence: fc.nat(),
      term: positive,
      time: fc.nat(),
    });
    fc.assert(
      fc.property(described, (description) => {
        const bytes = encodeDescription(description);
        expect(decodeDescription(bytes)).toEqual(description);
        expect(() => decodeDescription(Buffer.concat([bytes, Buffer.from(' ')]))).toThrow(damage);
      }),
    );
  });
});
