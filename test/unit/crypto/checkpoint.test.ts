import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../../../electron/crypto/checkpoint.ts';
import { deriveEpochKeys } from '../../../electron/crypto/epoch-keys.ts';

const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

describe('S2: a checkpoint', () => {
  const blob = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const checkpoint: fc.Arbitrary<Checkpoint> = fc.record({
    vaultId: blob(16),
    epoch: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    sequence: fc.maxSafeNat(),
    hash: blob(32),
    time: fc.maxSafeNat(),
  });
  const key = randomBytes(32);

  it('gives back what was put in', () => {
    fc.assert(
      fc.property(checkpoint, (given) => {
        expect(decodeCheckpoint(encodeCheckpoint(key, given), () => key, 'checkpoint')).toEqual(given);
      }),
    );
  });

  it('does not open under another key, cut, continued, or with any bit changed', () => {
    fc.assert(
      fc.property(checkpoint, (given) => {
        const good = encodeCheckpoint(key, given);
        const decode =
          (changed: Uint8Array, under: Uint8Array = key) =>
          () =>
            decodeCheckpoint(changed, () => under, 'checkpoint');
        const damaged = expect.objectContaining({ code: 'vault-damaged' });
        expect(decode(good, randomBytes(32))).toThrow(damaged);
        expect(decode(good.subarray(0, -1))).toThrow(damaged);
        expect(decode(Buffer.concat([good, Buffer.alloc(1)]))).toThrow(damaged);
        for (let bit = 0; bit < good.length * 8; bit += 7) {
          const code = bit >> 3 === 8 && (bit & 7) > 0 ? 'vault-newer' : 'vault-damaged';
          const changed = good.with(bit >> 3, (good[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
          expect(decode(changed), `bit ${bit}`).toThrow(expect.objectContaining({ code }));
        }
      }),
      { numRuns: 5 },
    );
  });

  it('checkpoint.json: is exactly these bytes', () => {
    const {
      vaultKey,
      checkpoint: given,
      expected,
    } = JSON.parse(readFileSync(new URL('../../vectors/checkpoint.json', import.meta.url), 'utf8'));
    const described = { ...given, vaultId: bytes(given.vaultId), hash: bytes(given.hash) };
    const { segment } = deriveEpochKeys(bytes(vaultKey), described.vaultId, given.epoch);
    expect(hex(encodeCheckpoint(segment, described))).toBe(expected);
    expect(decodeCheckpoint(bytes(expected), () => segment, 'vector')).toEqual(described);
  });
});
