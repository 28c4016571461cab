import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRecoveryKit, parseRecoveryKit } from '../../../electron/crypto/recovery-kit.ts';
import { combineShares, multiply, splitSecret } from '../../../electron/crypto/secret-shares.ts';
import { encodeShare, parseShare, revealSharedSecret } from '../../../electron/crypto/share-text.ts';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const mistyped = expect.objectContaining({ code: 'code-mistyped' });
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

describe('the text of a recovery kit', () => {
  it('reads back to the secret, however it is typed', () => {
    const mangle = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toLowerCase(),
      (text: string) => text.replaceAll('-', ' '),
      (text: string) => text.replaceAll('-', ''),
      (text: string) => `\t${text.replaceAll('-', '\n')} `,
      (text: string) => text.replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('V', 'u'),
      (text: string) => text.replaceAll('1', 'I').replaceAll('-', ' – '),
    );
    fc.assert(
      fc.property(secret, mangle, (bytes, mangled) => {
        expect(parseRecoveryKit(mangled(encodeRecoveryKit(bytes)))).toEqual(bytes);
      }),
    );
  });

  it('is 14 groups of five', () => {
    expect(encodeRecoveryKit(randomBytes(32))).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){13}[0-9A-HJKMNP-TV-Z]{5}$/);
  });

  it('names the group in which one symbol is wrong or two neighbours are swapped', () => {
    fc.assert(
      fc.property(secret, fc.nat(69), fc.nat(30), (bytes, at, other) => {
        const plain = encodeRecoveryKit(bytes).replaceAll('-', '');
        const group = Math.floor(at / 5) + 1;
        const named = expect.objectContaining({
          code: 'code-mistyped',
          message: `Group ${group} of the code has a typing mistake.`,
        });
        const symbol = SYMBOLS.replace(plain[at] ?? '', '')[other];
        expect(() => parseRecoveryKit(plain.slice(0, at) + symbol + plain.slice(at + 1))).toThrow(named);
        const next = plain[at + 1] ?? '';
        if (at % 5 >= 3 || next === plain[at]) return;
        const swapped = plain.slice(0, at) + next + plain[at] + plain.slice(at + 2);
        expect(() => parseRecoveryKit(swapped)).toThrow(named);
      }),
    );
  });

  it('does not read with groups swapped, missing, doubled or foreign', () => {
    const groups = encodeRecoveryKit(randomBytes(32)).split('-');
    const [a = '', b = '', ...rest] = groups;
    if (a.slice(0, 4) !== b.slice(0, 4))
      expect(() => parseRecoveryKit([b, a, ...rest].join('-'))).toThrow(mistyped);
    expect(() => parseRecoveryKit(rest.join('-'))).toThrow(mistyped);
    expect(() => parseRecoveryKit([a, ...groups].join('-'))).toThrow(mistyped);
    expect(() => parseRecoveryKit('')).toThrow(mistyped);
    expect(() => parseRecoveryKit(groups.join('*'))).toThrow(mistyped);
    const share = { threshold: 2, x: 1, set: '00000000', y: randomBytes(32) };
    expect(() => parseRecoveryKit(encodeShare(share))).toThrow(mistyped);
  });

  it('has one text for one secret', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...SYMBOLS), { minLength: 70, maxLength: 70 }), (symbols) => {
        let bytes: Uint8Array;
        try {
          bytes = parseRecoveryKit(symbols.join(''));
        } catch {
          return;
        }
        expect(encodeRecoveryKit(bytes).replaceAll('-', '')).toBe(symbols.join(''));
      }),
    );
  });
});

describe('shares', () => {
  const terms = fc
    .integer({ min: 2, max: 16 })
    .chain((total) =>
      fc.record({ total: fc.constant(total), threshold: fc.integer({ min: 2, max: total }) }),
    );

  it('give the secret back, any of them, as many as it takes', () => {
    fc.assert(
      fc.property(secret, terms, fc.infiniteStream(fc.nat()), (bytes, { threshold, total }, order) => {
        const shares = splitSecret(bytes, { threshold, total }, randomBytes);
        const chosen = [...shares]
          .map((share) => ({ share, key: order.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .slice(0, threshold)
          .map(({ share }) => share);
        expect(combineShares(chosen)).toEqual(bytes);
        expect(combineShares(chosen.slice(1))).not.toEqual(bytes);
      }),
    );
  });

  it('multiply as the field of 256 elements does', () => {
    expect(multiply(0x53, 0xca)).toBe(1);
    expect(multiply(0x57, 0x83)).toBe(0xc1);
    for (let a = 1; a < 256; a++) {
      expect(new Set(Array.from({ length: 256 }, (_, b) => multiply(a, b))).size).toBe(256);
    }
  });

  it('read back from their text, and say when they are too few or do not belong together', () => {
    const bytes = randomBytes(32);
    const texts = (set: string) =>
      splitSecret(bytes, { threshold: 3, total: 4 }, randomBytes).map(({ x, y }) =>
        encodeShare({ threshold: 3, x, set, y }),
      );
    const [a = '', b = '', c = ''] = texts('01020304');
    expect(parseShare(a.toLowerCase())).toMatchObject({ threshold: 3, x: 1, set: '01020304' });
    expect(revealSharedSecret([c, a, b])).toEqual(new Uint8Array(bytes));
    const invalid = (message: string) => expect.objectContaining({ code: 'invalid-request', message });
    expect(() => revealSharedSecret([a, b])).toThrow(invalid('1 more share is needed.'));
    expect(() => revealSharedSecret([a, a, a])).toThrow(invalid('2 more shares are needed.'));
    expect(() => revealSharedSecret([])).toThrow(invalid('There is no share.'));
    const [other = ''] = texts('0a0b0c0d');
    expect(() => revealSharedSecret([other, b, c])).toThrow(invalid('These shares do not belong together.'));
  });
});
