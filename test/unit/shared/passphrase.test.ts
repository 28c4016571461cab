import { describe, expect, test } from 'vitest';
import { normalisedPassphrase, passphraseBytes } from '../../../shared/model/passphrase.ts';

describe('a passphrase', () => {
  test('opens the same vault however its letters are composed, typed or read from a file', () => {
    const composed = 'caf\u00e9';
    const decomposed = 'cafe\u0301';
    expect(passphraseBytes(decomposed)).toEqual(passphraseBytes(composed));
    expect(normalisedPassphrase(new TextEncoder().encode(decomposed))).toEqual(passphraseBytes(composed));
    expect(normalisedPassphrase(new TextEncoder().encode('plain'))).toEqual(passphraseBytes('plain'));
  });

  test('keeps letters apart that only look alike', () => {
    expect(passphraseBytes('ﬁle')).not.toEqual(passphraseBytes('file'));
  });

  test('that is not UTF-8 is refused, not guessed at', () => {
    expect(() => normalisedPassphrase(Uint8Array.of(0xff, 0xfe))).toThrow(TypeError);
  });
});
