import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BackupDescription,
  decodeDescription,
  encodeDescription,
} from '../../../electron/crypto/backup-format.ts';
import { decodeCanonical, encodeCanonical } from '../../../electron/crypto/canonical-json.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../../../electron/crypto/checkpoint.ts';
import { decodeFramePrefix, encodeFramePrefix, type FramePrefix } from '../../../electron/crypto/frame.ts';
import {
  decodeIndexHeader,
  encodeIndexHeader,
  type IndexHeader,
} from '../../../electron/crypto/index-header.ts';
import { encodeRecoveryKit, parseRecoveryKit } from '../../../electron/crypto/recovery-kit.ts';
import { decodeSeenHead, encodeSeenHead, type SeenHead } from '../../../electron/crypto/seen-head.ts';
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  SEGMENT_HEADER_LENGTH,
  type SegmentHeader,
} from '../../../electron/crypto/segment-header.ts';
import { encodeShare, type HeldShare, parseShare } from '../../../electron/crypto/share-text.ts';
import {
  decodeSnapshotHeader,
  encodeSnapshotHeader,
  type SnapshotHeader,
} from '../../../electron/crypto/snapshot-header.ts';
import {
  decodeVaultHeader,
  encodeVaultHeader,
  openVaultHeader,
  type VaultHeader,
} from '../../../electron/crypto/vault-header.ts';
import { decodeRecord, writeRecord } from '../../../electron/vault/record-codec.ts';
import type { LedgerRecord } from '../../../electron/vault/vault.ts';

const KEY = randomBytes(32);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hex = (length: number) => bytes(length).map((raw) => Buffer.from(raw).toString('hex'));
const base64url = (length: number) => bytes(length).map((raw) => Buffer.from(raw).toString('base64url'));
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.maxSafeNat();
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

/** One format of FORMAT.md: how it is written, how it is read, and what there may be in it. */
interface Codec<T> {
  readonly values: fc.Arbitrary<T>;
  encode(value: T): Uint8Array;
  /** Throws, or gives undefined, for what is no encoding. */
  decode(encoded: Uint8Array): T | undefined;
}

const record: Codec<LedgerRecord> = {
  values: fc.record({
    actor: fc.record({ kind: text, id: text, name: text }),
    changes: fc.array(
      fc.record({
        type: text,
        data: fc.jsonValue({ maxDepth: 2 }).map((json) => JSON.parse(JSON.stringify(json))),
      }),
      { maxLength: 3 },
    ),
    operation: text,
    outcome: text,
    path: text,
    requestId: text,
    sequence: u64,
    time: u64,
  }) as fc.Arbitrary<LedgerRecord>,
  encode: (value) => writeRecord(value).bytes,
  decode: decodeRecord,
};
const canonical: Codec<unknown> = {
  values: fc.jsonValue().map((json) => JSON.parse(JSON.stringify(json)) as unknown),
  encode: encodeCanonical,
  decode: decodeCanonical,
};
const segmentHeader: Codec<SegmentHeader> = {
  values: fc.record({
    vaultId: bytes(16),
    epoch: u32,
    term: u32,
    writerId: bytes(16),
    segment: u32,
    firstSequence: u64,
    previousHash: bytes(32),
    previousTime: u64,
  }),
  encode: (value) => encodeSegmentHeader(KEY, value),
  // Frames follow it in the file: what is longer is no header alone.
  decode: (encoded) =>
    encoded.length > SEGMENT_HEADER_LENGTH ? undefined : decodeSegmentHeader(encoded, () => KEY, 'it'),
};
const framePrefix: Codec<FramePrefix> = {
  values: fc.record({
    boxLength: fc.integer({ min: 40, max: 0x7fff_ffff }),
    firstSequence: u64,
    records: fc.integer({ min: 1, max: 0x7fff_ffff }),
  }),
  encode: encodeFramePrefix,
  decode: (encoded) => (encoded.length === 24 ? decodeFramePrefix(encoded) : undefined),
};
const checkpoint: Codec<Checkpoint> = {
  values: fc.record({ vaultId: bytes(16), epoch: u32, sequence: u64, hash: bytes(32), time: u64 }),
  encode: (value) => encodeCheckpoint(KEY, value),
  decode: (encoded) => decodeCheckpoint(encoded, () => KEY, 'it'),
};
const snapshotHeader: Codec<SnapshotHeader> = {
  values: fc.record({
    chunk: fc.integer({ min: 65_536, max: 1_048_576 }),
    epoch: u32,
    hash: hex(32),
    id: hex(16),
    salt: base64url(32),
    sequence: u64,
    time: u64,
  }),
  encode: encodeSnapshotHeader,
  decode: (encoded) => whole(decodeSnapshotHeader(encoded, 'it'), encoded),
};
const indexHeader: Codec<IndexHeader> = {
  values: fc.record({
    chunk: fc.integer({ min: 65_536, max: 1_048_576 }),
    epoch: u32,
    first: u64,
    hash: hex(32),
    id: hex(16),
    last: u64,
    salt: base64url(32),
    segment: u32,
    size: u64,
  }),
  encode: encodeIndexHeader,
  decode: (encoded) => whole(decodeIndexHeader(encoded, 'it'), encoded),
};
const seenHead: Codec<SeenHead> = {
  values: fc.record({
    epoch: fc.integer({ min: 1, max: 0xffff }),
    hash: hex(32),
    id: hex(16),
    sequence: u64,
    since: fc.integer({ min: 1, max: 0xffff }),
    term: fc.integer({ min: 1, max: 0xffff }),
    time: u64,
  }),
  encode: (value) => encodeSeenHead(KEY, value),
  decode: (encoded) => decodeSeenHead(encoded, () => KEY),
};
const backupDescription: Codec<BackupDescription> = {
  values: fc.record({
    createdAt: u64,
    epoch: fc.integer({ min: 1, max: 0xffff }),
    hash: hex(32),
    id: hex(16),
    salt: base64url(32),
    sequence: u64,
    term: fc.integer({ min: 1, max: 0xffff }),
    time: u64,
  }),
  encode: encodeDescription,
  decode: decodeDescription,
};
const box = bytes(72);
const wayFacts = { id: hex(8), addedAt: u64, box };
const secretWay = { ...wayFacts, ephemeral: bytes(32), publicKey: bytes(32) };
const vaultHeader: Codec<VaultHeader> = {
  values: fc.record(
    {
      createdAt: u64,
      epoch: fc.integer({ min: 1, max: 0xffff }),
      former: fc.array(fc.record({ box, epoch: fc.integer({ min: 1, max: 0xffff }) }), { maxLength: 2 }),
      id: hex(16),
      keyholders: fc.array(
        fc.record({
          id: hex(8),
          name: text,
          publicKey: bytes(32),
          vaultKey: fc.record({ box, ephemeral: bytes(32) }),
          ways: fc.array(
            fc.oneof(
              fc.record({
                ...wayFacts,
                kind: fc.constant('passphrase' as const),
                lanes: fc.integer({ min: 1, max: 4 }),
                memory: fc.integer({ min: 65_536, max: 1_048_576 }),
                passes: fc.integer({ min: 3, max: 16 }),
                salt: bytes(16),
              }),
              fc.record({
                ...secretWay,
                kind: fc.constantFrom('recovery-kit' as const, 'keychain' as const),
              }),
              fc.record({
                ...secretWay,
                kind: fc.constant('shares' as const),
                set: hex(4),
                threshold: fc.integer({ min: 2, max: 16 }),
                total: fc.integer({ min: 2, max: 16 }),
              }),
            ),
            { minLength: 1, maxLength: 3 },
          ),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      name: text,
      revision: u32,
    },
    { requiredKeys: ['createdAt', 'epoch', 'former', 'id', 'keyholders', 'revision'] },
  ) as fc.Arbitrary<VaultHeader>,
  encode: (value) => encodeVaultHeader({ header: KEY, names: KEY }, value, new Uint8Array(24)),
  decode: (encoded) => openVaultHeader({ header: KEY, names: KEY }, decodeVaultHeader(encoded)),
};
const recoveryKit: Codec<Uint8Array> = {
  values: bytes(32),
  encode: (value) => Buffer.from(encodeRecoveryKit(value)),
  decode: (encoded) => parseRecoveryKit(Buffer.from(encoded).toString('latin1')),
};
const share: Codec<HeldShare> = {
  values: fc.record({
    threshold: fc.integer({ min: 2, max: 16 }),
    x: fc.integer({ min: 1, max: 16 }),
    set: hex(4),
    y: bytes(32),
  }),
  encode: (value) => Buffer.from(encodeShare(value)),
  decode: (encoded) => parseShare(Buffer.from(encoded).toString('latin1')),
};

function whole<T>(
  found: { readonly header: T; readonly length: number },
  encoded: Uint8Array,
): T | undefined {
  return found.length === encoded.length ? found.header : undefined;
}

const CODECS: readonly [string, Codec<unknown>][] = [
  ['a record', record as Codec<unknown>],
  ['canonical JSON', canonical],
  ['the header of a segment', segmentHeader as Codec<unknown>],
  ['the front of a frame', framePrefix as Codec<unknown>],
  ['a checkpoint', checkpoint as Codec<unknown>],
  ['the header of a snapshot', snapshotHeader as Codec<unknown>],
  ['the header of an audit index', indexHeader as Codec<unknown>],
  ['the header of a vault', vaultHeader as Codec<unknown>],
  ['the head that was seen last', seenHead as Codec<unknown>],
  ['the description of a backup', backupDescription as Codec<unknown>],
  ['a recovery kit', recoveryKit as Codec<unknown>],
  ['a share', share as Codec<unknown>],
];

/** Texts that people copy are read whatever their case and spacing: every text means one secret, not every secret has one text. */
const TYPED = new Set(['a recovery kit', 'a share']);

/** Ways to be no encoding: a byte changed, cut, continued, or put in. */
const harm = fc.oneof(
  fc.record({ how: fc.constant('flip'), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ how: fc.constant('cut'), at: fc.nat(), by: fc.constant(0) }),
  fc.record({ how: fc.constant('insert'), at: fc.nat(), by: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ how: fc.constant('append'), at: fc.constant(0), by: fc.integer({ min: 0, max: 255 }) }),
);

function harmed(encoded: Uint8Array, { how, at, by }: { how: string; at: number; by: number }): Uint8Array {
  const place = at % encoded.length;
  if (how === 'flip') return encoded.with(place, (encoded[place] ?? 0) ^ by);
  if (how === 'cut') return encoded.subarray(0, place);
  if (how === 'append') return Buffer.concat([encoded, Uint8Array.of(by)]);
  return Buffer.concat([encoded.subarray(0, place), Uint8Array.of(by), encoded.subarray(place)]);
}

describe.each(CODECS)('%s', (name, { values, encode, decode }) => {
  it('decode(encode(x)) = x', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value))).toEqual(value);
      }),
    );
  });

  it('only canonical encodings decode: anything else is refused, or is the one encoding of another value', () => {
    fc.assert(
      fc.property(values, harm, (value, how) => {
        const changed = harmed(encode(value), how);
        let decoded: unknown;
        try {
          decoded = decode(changed);
        } catch {
          return; // refused
        }
        if (decoded === undefined) return;
        if (TYPED.has(name)) expect(decoded).toEqual(value);
        else expect(Buffer.from(encode(decoded))).toEqual(Buffer.from(changed));
      }),
      { numRuns: 300 },
    );
  });
});
