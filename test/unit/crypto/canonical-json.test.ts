import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCanonical, encodeCanonical } from '../../../electron/crypto/canonical-json.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const json = fc.jsonValue().filter((value) => !Object.is(value, -0));

describe('canonical JSON', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(decodeCanonical(encodeCanonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('has one encoding for each value, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(encodeCanonical(reversed)).toEqual(encodeCanonical(value));
      }),
    );
  });

  it('decodes nothing that is not exactly an encoding: every change of a byte is refused or is another value', () => {
    fc.assert(
      fc.property(json, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, flip) => {
        const bytes = encodeCanonical(value);
        const changed = bytes.with(at % bytes.length, (bytes[at % bytes.length] ?? 0) ^ flip);
        try {
          expect(encodeCanonical(decodeCanonical(changed))).toEqual(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
    );
  });

  it.each([
    ['white space', '{ }'],
    ['another order', '{"b":1,"a":2}'],
    ['a name twice', '{"a":1,"a":1}'],
    ['a number in another form', '1.0'],
    ['an exponent that is not needed', '1e2'],
    ['minus zero', '-0'],
    ['an escape that is not needed', '"\\u0041"'],
    ['a byte order mark', '\ufeff1'],
    ['something behind it', '1 1'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(() => decodeCanonical(utf8(text))).toThrow(SyntaxError);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => decodeCanonical(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(SyntaxError);
  });

  it('keeps a member called __proto__ a member', () => {
    const value = JSON.parse('{"__proto__":{"a":1}}');
    expect(encodeCanonical(decodeCanonical(encodeCanonical(value)))).toEqual(utf8('{"__proto__":{"a":1}}'));
  });

  it.each([
    ['infinity', Number.POSITIVE_INFINITY],
    ['not a number', Number.NaN],
    ['a function', () => 1],
    ['a big integer', 1n],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['an absent array element', [undefined]],
    ['nothing at all', undefined],
  ])('does not encode %s', (_, value) => {
    expect(() => encodeCanonical(value)).toThrow(TypeError);
  });
});
