import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFramePrefix,
  FRAME_PREFIX_LENGTH,
  type FrameContent,
  type FramePlace,
  openFrame,
  sealFrame,
} from '../../../electron/crypto/frame.ts';
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  type SegmentHeader,
} from '../../../electron/crypto/segment-header.ts';

const key = randomBytes(32);
const segment: SegmentHeader = {
  vaultId: randomBytes(16),
  epoch: 1,
  term: 1,
  writerId: randomBytes(16),
  segment: 3,
  firstSequence: 100,
  previousHash: randomBytes(32),
  previousTime: 5,
};
const place: FramePlace = { segment, firstSequence: 120, previousHash: randomBytes(32) };
const content: FrameContent = { records: [randomBytes(50), randomBytes(60)], attachments: [randomBytes(70)] };
const seal = () => sealFrame(key, randomBytes(24), place, content);
const boxOf = (frame: Uint8Array) => frame.subarray(FRAME_PREFIX_LENGTH);
const plain = ({ records, attachments }: FrameContent) =>
  [records, attachments].map((l) => l.map((b) => [...b]));

describe('S2: a frame', () => {
  it('gives back its records and attachments', () => {
    const blob = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(fc.array(blob, { minLength: 1, maxLength: 5 }), fc.array(blob), (records, attachments) => {
        const frame = sealFrame(key, randomBytes(24), place, { records, attachments });
        const prefix = decodeFramePrefix(frame);
        expect(prefix).toEqual({
          boxLength: frame.length - FRAME_PREFIX_LENGTH,
          firstSequence: 120,
          records: records.length,
        });
        const opened = openFrame(key, place, records.length, boxOf(frame));
        expect(opened && plain(opened)).toEqual(plain({ records, attachments }));
      }),
    );
  });

  const elsewhere: readonly [string, FramePlace][] = [
    ['another vault', { ...place, segment: { ...segment, vaultId: randomBytes(16) } }],
    ['another epoch', { ...place, segment: { ...segment, epoch: 2 } }],
    ['another term', { ...place, segment: { ...segment, term: 2 } }],
    ['another writer', { ...place, segment: { ...segment, writerId: randomBytes(16) } }],
    ['another segment', { ...place, segment: { ...segment, segment: 4 } }],
    ['another place in the sequence', { ...place, firstSequence: 121 }],
    ['another past', { ...place, previousHash: randomBytes(32) }],
  ];

  it.each(elsewhere)('does not open when moved to %s', (_, other) => {
    expect(openFrame(key, other, 2, boxOf(seal()))).toBeUndefined();
  });

  it('does not open under another key, with another count, cut, or with any bit changed', () => {
    const frame = seal();
    const box = boxOf(frame);
    expect(openFrame(randomBytes(32), place, 2, box)).toBeUndefined();
    expect(openFrame(key, place, 1, box)).toBeUndefined();
    for (let length = 0; length < box.length; length++) {
      expect(openFrame(key, place, 2, box.subarray(0, length))).toBeUndefined();
    }
    for (let bit = 0; bit < box.length * 8; bit++) {
      expect(openFrame(key, place, 2, flip(box, bit))).toBeUndefined();
    }
    for (let bit = 0; bit < FRAME_PREFIX_LENGTH * 8; bit++) {
      expect(decodeFramePrefix(flip(frame, bit))).toBeUndefined();
    }
  });
});

describe('S2: a segment header', () => {
  it('is refused as damaged with any bit changed, and as newer with a higher version', () => {
    const bytes = encodeSegmentHeader(key, segment);
    const decode = (changed: Uint8Array) => decodeSegmentHeader(changed, () => key, 'ledger/00000003.kwl');
    expect(decode(bytes)).toMatchObject({ segment: 3, firstSequence: 100, previousTime: 5 });
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const code = bit >= 64 && bit < 72 && bit !== 64 ? 'vault-newer' : 'vault-damaged';
      expect(() => decode(flip(bytes, bit)), `bit ${bit}`).toThrow(expect.objectContaining({ code }));
    }
    expect(() => decode(bytes.subarray(0, -1))).toThrow(expect.objectContaining({ code: 'vault-damaged' }));
  });
});

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const at = bit >> 3;
  return new Uint8Array(bytes).with(at, (bytes[at] ?? 0) ^ (1 << (bit & 7)));
}
