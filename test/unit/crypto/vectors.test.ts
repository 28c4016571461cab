import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deriveEpochKeys } from '../../../electron/crypto/epoch-keys.ts';
import {
  decodeFramePrefix,
  FRAME_PREFIX_LENGTH,
  openFrame,
  sealFrame,
} from '../../../electron/crypto/frame.ts';
import type { SecretWay } from '../../../electron/crypto/header-body.ts';
import { makeKeyholder, openPassphraseWay, openVaultKey } from '../../../electron/crypto/keyholder.ts';
import { KDF_RULES, type KdfRules } from '../../../electron/crypto/passphrase-kdf.ts';
import { nextHash } from '../../../electron/crypto/record-chain.ts';
import { encodeRecoveryKit, parseRecoveryKit } from '../../../electron/crypto/recovery-kit.ts';
import { sealValueBytes } from '../../../electron/crypto/sealed-value.ts';
import { openSecretWay, sealToSecretWay, secretWayPublicKey } from '../../../electron/crypto/secret-way.ts';
import { decodeSegmentHeader, encodeSegmentHeader } from '../../../electron/crypto/segment-header.ts';
import { encodeShare, revealSharedSecret } from '../../../electron/crypto/share-text.ts';
import { decodeSnapshotHeader, encodeSnapshotHeader } from '../../../electron/crypto/snapshot-header.ts';
import { SnapshotStream, sealedChunkLength } from '../../../electron/crypto/snapshot-stream.ts';
import {
  decodeVaultHeader,
  digestOfSlot,
  encodeVaultHeader,
  openVaultHeader,
} from '../../../electron/crypto/vault-header.ts';

// Byte strings in the files are hex; `seed` repeated makes the "random" bytes, in the order in which they are drawn.
const vector = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const utf8 = (text: string) => new TextEncoder().encode(text);

describe('the published vectors', () => {
  it('frame.json: segment header, sealed value, record chain and frame are exactly these bytes', () => {
    const { vaultKey, segment, nonce, value, records, expected } = vector('frame');
    const header = {
      ...segment,
      vaultId: bytes(segment.vaultId),
      writerId: bytes(segment.writerId),
      previousHash: bytes(segment.previousHash),
    };
    const keys = deriveEpochKeys(bytes(vaultKey), header.vaultId, header.epoch);
    expect(hex(encodeSegmentHeader(keys.segment, header))).toBe(expected.segmentHeader);
    const decoded = decodeSegmentHeader(bytes(expected.segmentHeader), () => keys.segment, 'vector');
    expect({ ...decoded, vaultId: hex(decoded.vaultId) }).toMatchObject({
      vaultId: segment.vaultId,
      segment: 1,
    });

    const sealed = sealValueBytes(
      keys.value,
      header.epoch,
      bytes(value.nonce),
      value.binding,
      utf8(value.text),
    );
    expect(hex(sealed)).toBe(expected.sealedValue);

    const encoded = records.map(utf8);
    expect(hex(encoded.reduce(nextHash, header.previousHash))).toBe(expected.hash);
    const place = { segment: header, firstSequence: header.firstSequence, previousHash: header.previousHash };
    const frame = sealFrame(keys.ledger, bytes(nonce), place, { records: encoded, attachments: [sealed] });
    expect(hex(frame)).toBe(expected.frame);

    const prefix = decodeFramePrefix(frame);
    expect(prefix).toEqual({ boxLength: frame.length - FRAME_PREFIX_LENGTH, firstSequence: 1, records: 2 });
    const opened = openFrame(keys.ledger, place, 2, frame.subarray(FRAME_PREFIX_LENGTH));
    expect(opened?.records.map(hex)).toEqual(encoded.map(hex));
    expect(opened?.attachments.map(hex)).toEqual([expected.sealedValue]);
  });

  it('snapshot.json: header and chunks are exactly these bytes', () => {
    const { vaultKey, header, chunks, expected } = vector('snapshot');
    const keys = deriveEpochKeys(bytes(vaultKey), bytes(header.id), header.epoch);
    const encoded = encodeSnapshotHeader(header);
    const plain = chunks.map(({ byte, length }: { byte: number; length: number }) =>
      new Uint8Array(length).fill(byte),
    );
    const sealing = new SnapshotStream(keys.snapshot, header, encoded);
    const sealed = plain.map((chunk: Uint8Array, i: number) => sealing.seal(chunk, i === plain.length - 1));
    expect(hex(encoded)).toBe(expected.header);
    expect(sealed.map((chunk: Uint8Array) => hex(chunk.subarray(-16)))).toEqual(expected.tags);
    expect(sealed[0].length).toBe(sealedChunkLength(header.chunk));
    expect(hex(sealed.at(-1))).toBe(expected.lastChunk);

    expect(decodeSnapshotHeader(bytes(expected.header), 'vector')).toEqual({
      header,
      length: encoded.length,
    });
    const opening = new SnapshotStream(keys.snapshot, header, encoded);
    const opened = sealed.map((chunk: Uint8Array, i: number) => opening.open(chunk, i === sealed.length - 1));
    expect(opened.map((chunk: Uint8Array) => Buffer.compare(chunk, plain[opened.indexOf(chunk)]))).toEqual(
      plain.map(() => 0),
    );
  });

  it.each(['header', 'header-2', 'header-3'])(
    '%s.json opens with its passphrase, and only by the weak rules of tests',
    async (file) => {
      const { vaultKey, vaultId, name, passphrase, parameters, expected } = vector(file);
      const weak: KdfRules = { ...KDF_RULES, least: parameters };
      const id = bytes(vaultId);
      const read = decodeVaultHeader(bytes(expected.header));
      const [holder] = read.header.keyholders;
      const [way] = holder?.ways ?? [];
      if (!holder || way?.kind !== 'passphrase') throw new Error('the vector has no passphrase');
      const privateKey = await openPassphraseWay(id, holder, way, utf8(passphrase), weak);
      expect(hex(privateKey ?? new Uint8Array())).toBe(expected.privateKey);
      expect(hex(openVaultKey(id, holder, 1, privateKey ?? new Uint8Array()))).toBe(vaultKey);
      const header = openVaultHeader(deriveEpochKeys(bytes(vaultKey), id, 1), read);
      expect(header).toMatchObject({ name, keyholders: [{ name: 'owner' }] });
      await expect(openPassphraseWay(id, holder, way, utf8(passphrase), KDF_RULES)).rejects.toMatchObject({
        code: 'vault-damaged',
      });
    },
  );

  it('header-3.json: the header is exactly these bytes, and opens with its recovery kit', async () => {
    const { vaultKey, vaultId, createdAt, name, keyholder, passphrase, parameters, kit, seed, expected } =
      vector('header-3');
    const weak: KdfRules = { ...KDF_RULES, least: parameters };
    const id = bytes(vaultId);
    const key = bytes(vaultKey);
    let drawn = 0;
    const random = (length: number) =>
      Uint8Array.from({ length }, () => (drawn++ * seed.step + seed.start) % 256);
    const owner = await makeKeyholder(
      {
        vaultId: id,
        name: keyholder,
        passphrase: utf8(passphrase),
        parameters,
        rules: weak,
        vaultKey: key,
        epoch: 1,
        addedAt: createdAt,
      },
      random,
    );
    const [way] = owner.ways;
    if (way?.kind !== 'passphrase') throw new Error('no passphrase');
    const privateKey = await openPassphraseWay(id, owner, way, utf8(passphrase), weak);
    if (!privateKey) throw new Error('does not open');
    const secret = parseRecoveryKit(kit);
    const to = { kind: 'recovery-kit', publicKey: secretWayPublicKey(id, 'recovery-kit', secret) } as const;
    const sealed = sealToSecretWay(id, owner, to, privateKey, random);
    const kitWay: SecretWay = { ...to, ...sealed, id: hex(random(8)), addedAt: createdAt };
    const keyholders = [{ ...owner, ways: [way, kitWay] }];
    const header = { id: vaultId, name, createdAt, epoch: 1, former: [], keyholders, revision: 1 };
    const keys = deriveEpochKeys(key, id, 1);
    expect(hex(encodeVaultHeader(keys, header, random(24)))).toBe(expected.header);
    expect(openVaultHeader(keys, decodeVaultHeader(bytes(expected.header)))).toEqual(header);
    expect(hex(openSecretWay(id, owner, kitWay, secret) ?? new Uint8Array())).toBe(expected.privateKey);
    expect(digestOfSlot(kitWay)).toBe(expected.kitDigest);
  });

  it('codes.json: recovery kits and shares are exactly these texts', () => {
    const { kits, shares, secret } = vector('codes');
    for (const { bytes: raw, text } of kits) {
      expect(encodeRecoveryKit(bytes(raw))).toBe(text);
      expect(hex(parseRecoveryKit(text))).toBe(raw);
    }
    for (const { text, ...share } of shares) {
      expect(encodeShare({ ...share, y: bytes(share.y) })).toBe(text);
    }
    const texts = shares.map(({ text }: { text: string }) => text);
    expect(hex(revealSharedSecret(texts.slice(1)))).toBe(secret);
  });
});
