import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passphraseStrength } from '../../../renderer/features/welcome/passphrase-strength.ts';

describe('the strength meter is honest', () => {
  test.each([
    ['password', 'very weak'],
    ['Password1', 'very weak'],
    ['qwerty123456', 'very weak'],
    ['aaaaaaaaaaaaaaaaaaaa', 'very weak'],
    ['summer2024', 'very weak'],
    ['sunflower', 'very weak'],
    ['correct horse battery staple', 'good'],
    ['copper lantern walks by the quiet harbour', 'strong'],
    ['x7Kq9vTz2LmWp4Rs', 'strong'],
  ])('%s is %s', (passphrase, grade) => {
    expect(passphraseStrength(passphrase).grade).toBe(grade);
  });

  test('a word that comes again adds next to nothing', () => {
    const once = passphraseStrength('lantern').bits;
    expect(passphraseStrength('lantern lantern').bits).toBeLessThan(once + 6);
  });

  test('a weak passphrase comes with advice, a strong one without', () => {
    expect(passphraseStrength('password').advice).toContain('among the first guesses');
    expect(passphraseStrength('copper lantern walks by the quiet harbour').advice).toBe('');
  });

  test('it says something of whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (passphrase) => {
        const { bits, meaning } = passphraseStrength(passphrase);
        expect(Number.isFinite(bits)).toBe(true);
        expect(bits).toBeGreaterThanOrEqual(0);
        expect(meaning).not.toMatch(/NaN|undefined|Infinity/);
      }),
    );
  });
});
