import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeSnapshotHeader, type SnapshotHeader } from '../../../electron/crypto/snapshot-header.ts';
import { SnapshotStream } from '../../../electron/crypto/snapshot-stream.ts';

const key = randomBytes(32);
const header: SnapshotHeader = {
  chunk: 65_536,
  epoch: 1,
  hash: randomBytes(32).toString('hex'),
  id: randomBytes(16).toString('hex'),
  salt: randomBytes(32).toString('base64url'),
  sequence: 7,
  time: 8,
};
const stream = (of = header) => new SnapshotStream(key, of, encodeSnapshotHeader(of));
const sealing = stream();
const [a, b, c] = [
  sealing.seal(Buffer.from('a'), false),
  sealing.seal(Buffer.from('b'), false),
  sealing.seal(Buffer.from('c'), true),
];

/** Opens chunks in order, the last one as the last; undefined where one does not authenticate. */
function open(chunks: readonly Uint8Array[], of = header): string | undefined {
  const opening = stream(of);
  const opened = chunks.map((chunk, i) => opening.open(chunk, i === chunks.length - 1));
  return opened.includes(undefined) ? undefined : Buffer.concat(opened as Uint8Array[]).toString();
}

describe('S2: the chunks of a snapshot', () => {
  it('open in their order', () => expect(open([a, b, c])).toBe('abc'));
  it('do not open when the last is missing', () => expect(open([a, b])).toBeUndefined());
  it('do not open when one in the middle is missing', () => expect(open([a, c])).toBeUndefined());
  it('do not open when the first is missing', () => expect(open([b, c])).toBeUndefined());
  it('do not open when two are swapped', () => expect(open([b, a, c])).toBeUndefined());
  it('do not open when one comes twice', () => expect(open([a, a, b, c])).toBeUndefined());
  it('do not open when something follows the last', () => expect(open([a, b, c, c])).toBeUndefined());
  it('do not open when cut', () => expect(open([a, b, c.subarray(0, -1)])).toBeUndefined());
  it('do not open under another header', () => {
    expect(open([a, b, c], { ...header, sequence: 8 })).toBeUndefined();
    expect(open([a, b, c], { ...header, salt: randomBytes(32).toString('base64url') })).toBeUndefined();
  });

  it('take nothing after the last', () => {
    const ended = stream();
    ended.seal(Buffer.from('x'), true);
    expect(() => ended.seal(Buffer.from('y'), false)).toThrow(RangeError);
  });
});
