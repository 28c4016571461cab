import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatReference, parseReference, type Reference } from '../../../shared/model/reference.ts';

const GOOD: readonly [text: string, reference: Reference][] = [
  ['kw://secret/app#password', { path: 'secret/app', field: 'password', version: undefined }],
  ['kw://secret/app/db#password?version=3', { path: 'secret/app/db', field: 'password', version: 3 }],
  ['kw://database/creds/app#username', { path: 'database/creds/app', field: 'username', version: undefined }],
  ['kw://secret/data/app#a', { path: 'secret/data/app', field: 'a', version: undefined }],
  ['kw://secret/two words#my field', { path: 'secret/two words', field: 'my field', version: undefined }],
  ['kw://secret/käse#süß', { path: 'secret/käse', field: 'süß', version: undefined }],
  ['kw://secret/a%23b%3Fc%25d#e%3Ff', { path: 'secret/a#b?c%d', field: 'e?f', version: undefined }],
  ['kw://secret/app#a#b', { path: 'secret/app', field: 'a#b', version: undefined }],
];

const BAD: readonly [text: string, reason: RegExp][] = [
  ['', /begins with kw:/],
  ['http://secret/app#a', /begins with kw:/],
  ['KW://secret/app#a', /begins with kw:/],
  ['kw://secret/app', /names no field/],
  ['kw://secret/app#', /names no field/],
  ['kw://secret/app#?version=1', /names no field/],
  ['kw://secret#a', /mount and a path/],
  ['kw://#a', /mount and a path/],
  ['kw:///app#a', /mount and a path/],
  ['kw://secret//app#a', /mount and a path/],
  ['kw://secret/app/#a', /mount and a path/],
  ['kw://secret/../sys#a', /may not hold/],
  ['kw://secret/%2e%2e/sys#a', /may not hold/],
  ['kw://secret/a%0ab#a', /control character/],
  ['kw://secret/app#a%00', /control character/],
  ['kw://secret/100%#a', /% stands alone/],
  ['kw://secret/app?version=2#a', /at the end/],
  ['kw://secret/app#a?version=0', /N from 1/],
  ['kw://secret/app#a?version=-1', /N from 1/],
  ['kw://secret/app#a?version=1e3', /N from 1/],
  ['kw://secret/app#a?version=', /N from 1/],
  ['kw://secret/app#a?ttl=5', /only \?version=N/],
];

describe('a reference', () => {
  it.each(GOOD)('%s is read', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  it.each(GOOD)('%s is written back as it was', (text, reference) => {
    expect(formatReference(reference)).toBe(text);
  });

  it.each(BAD)('%j is refused with its reason', (text, reason) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(reason) }),
    );
  });

  it('survives being written and read, whatever its names are', () => {
    const name = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((text) => !/[\p{Cc}/]|^\.{1,2}$/u.test(text));
    const reference = fc.record({
      path: fc.array(name, { minLength: 2, maxLength: 5 }).map((segments) => segments.join('/')),
      field: fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text)),
      version: fc.option(fc.integer({ min: 1, max: 999_999_999 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(reference, (given) => {
        expect(parseReference(formatReference(given))).toEqual(given);
      }),
    );
  });
});
