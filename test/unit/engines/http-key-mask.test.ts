import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyMask, maskText } from '../../../electron/engines/http/key-mask.ts';
import { keyPatterns } from '../../../electron/engines/http/key-patterns.ts';
import { spellingsOfKey } from '../../../electron/engines/http/key-placement.ts';

const KEY = 'sk-live-aaab/aaac+9f=Zq"x';

function through(patterns: readonly Buffer[], chunks: readonly Buffer[]): string {
  const mask = new KeyMask(patterns);
  return Buffer.concat([...chunks.map((chunk) => mask.push(chunk)), mask.end()]).toString('latin1');
}

function cutAt(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, at) => bytes.subarray(places[at], place));
}

const key = fc.stringMatching(/^[!-~]{8,40}$/);
const noise = fc.string({ unit: 'binary-ascii', maxLength: 40 });

describe('the mask over a key', () => {
  test('covers it at every split of the key across two chunks, and three', () => {
    const patterns = keyPatterns([KEY]);
    const bytes = Buffer.from(`before ${KEY} after`, 'latin1');
    const wanted = `before ${'*'.repeat(KEY.length)} after`;
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        expect(through(patterns, cutAt(bytes, [first, second]))).toBe(wanted);
      }
    }
  });

  test('covers any key in any chunks, changes no length, and touches nothing else', () => {
    const cuts = fc.array(fc.nat(200), { maxLength: 12 });
    const runs = fc.property(key, noise, noise, fc.nat(3), cuts, (secret, before, after, times, places) => {
      const patterns = keyPatterns([secret]);
      const text = before + Array(times).fill(secret).join('') + after;
      const bytes = Buffer.from(text, 'latin1');
      const shown = through(
        patterns,
        cutAt(
          bytes,
          places.map((place) => place % (bytes.length + 1)),
        ),
      );
      expect(shown).toHaveLength(text.length);
      expect(shown).not.toContain(secret);
      // However it is cut, the same is shown.
      expect(shown).toBe(maskText(text, patterns));
      if (times === 0 && !text.includes(secret.slice(0, 6))) {
        const isTouched = [...shown].some((letter, at) => letter !== text[at]);
        expect(isTouched && !patterns.some((pattern) => text.includes(pattern.toString('latin1')))).toBe(
          false,
        );
      }
    });
    fc.assert(runs, { numRuns: 500 });
  });

  test('covers what base64 makes of it, whatever stands before it', () => {
    const runs = fc.property(
      key,
      fc.string({ maxLength: 8 }),
      fc.string({ maxLength: 8 }),
      (secret, before, after) => {
        const patterns = keyPatterns([secret]);
        for (const form of ['base64', 'base64url'] as const) {
          const encoded = Buffer.from(before + secret + after).toString(form);
          const shown = Buffer.from(maskText(encoded, patterns).replaceAll('*', 'A'), form).toString(
            'latin1',
          );
          // Two letters at its edges share their bits with what is around it.
          expect(shown).not.toContain(secret.slice(1, -1));
        }
      },
    );
    fc.assert(runs, { numRuns: 300 });
  });

  test('covers the pair of basic authentication, and the key as JSON, a query and hex spell it', () => {
    const placement = { auth: 'basic', username: 'ann' } as const;
    const patterns = keyPatterns(spellingsOfKey(placement, KEY));
    const echoes = [
      Buffer.from(`ann:${KEY}`).toString('base64'),
      JSON.stringify({ key: KEY }),
      JSON.stringify({ key: KEY }).replaceAll('/', '\\/'),
      encodeURIComponent(KEY),
      Buffer.from(KEY).toString('hex'),
    ];
    for (const echo of echoes)
      expect(maskText(echo, patterns).replace(/[^*]/g, '').length).toBeGreaterThan(20);
  });

  const SIGNS = 'k~1!a"b&c<d>e+f/g=h\'i(j)*k`l';
  const percent = (signs: RegExp) =>
    SIGNS.replace(signs, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const entities = (quote: string, apostrophe: string) =>
    SIGNS.replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', quote)
      .replaceAll("'", apostrophe);
  const json = JSON.stringify(SIGNS).slice(1, -1);
  const unicode = (text: string, signs: RegExp) =>
    text.replace(signs, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);

  test.each([
    ['encodeURIComponent', encodeURIComponent(SIGNS)],
    ['encodeURI', encodeURI(SIGNS)],
    ['a query in small letters', encodeURIComponent(SIGNS).replace(/%../g, (sign) => sign.toLowerCase())],
    ['Python’s quote', percent(/[^\w.~-]/g)],
    ['PHP’s urlencode', percent(/[^\w.-]/g)],
    ['Go’s JSON', unicode(json, /[<>&]/g)],
    ['Gson', unicode(json, /[<>&'=]/g)],
    [
      '.NET’s JSON',
      unicode(SIGNS, /["<>&'+`]/g).replace(/u00../g, (code) => `u${code.slice(1).toUpperCase()}`),
    ],
    ['PHP’s HTML', entities('&quot;', '&#039;')],
    ['Python’s HTML', entities('&quot;', '&#x27;')],
    ['Go’s HTML', entities('&#34;', '&#39;').replaceAll('+', '&#43;')],
    ['small letters', SIGNS.toLowerCase()],
    ['capitals', SIGNS.toUpperCase()],
    ['UTF-16', Buffer.from(SIGNS, 'utf16le').toString('latin1')],
    ['UTF-16, big end first', Buffer.from(SIGNS, 'utf16le').swap16().toString('latin1')],
  ])('covers the whole key as it is written by %s', (_who, echo) => {
    expect(maskText(`<${echo}>`, keyPatterns([SIGNS]))).toBe(`<${'*'.repeat(echo.length)}>`);
  });

  test('looks for the beginnings of a long key as fast as for those of a short one', () => {
    const patterns = keyPatterns([Array.from({ length: 1500 }, (_, at) => String(at % 7)).join('')]);
    const mask = new KeyMask(patterns);
    const chunk = Buffer.alloc(65_536, 'x');
    const before = process.cpuUsage();
    for (let round = 0; round < 20; round += 1) mask.push(chunk);
    const { user } = process.cpuUsage(before);
    expect(user / 20).toBeLessThan(20_000);
  });

  test('holds back nothing that cannot go on to be a key', () => {
    const mask = new KeyMask(keyPatterns([KEY]));
    expect(mask.push(Buffer.from('data: hello\n\n')).toString()).toBe('data: hello\n\n');
    expect(mask.push(Buffer.from('data: sk-l')).toString()).toBe('data: ');
    expect(mask.push(Buffer.from('ong\n\n')).toString()).toBe('sk-long\n\n');
  });
});
