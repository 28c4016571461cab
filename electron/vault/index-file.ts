import { join } from 'node:path';
import { damaged } from '../crypto/damaged.ts';
import {
  decodeIndexHeader,
  encodeIndexHeader,
  INDEX_HEADER_LIMIT,
  INDEX_KEY,
  type IndexHeader,
} from '../crypto/index-header.ts';
import { SnapshotStream, sealedChunkLength } from '../crypto/snapshot-stream.ts';
import { breathing } from './breathing.ts';
import { indexName } from './folder-layout.ts';
import type { RandomBytes, VaultFile } from './ports.ts';
import { readAhead } from './read-ahead.ts';
import type { LedgerFolder } from './read-ledger.ts';
import type { Segment } from './segment.ts';
import { SegmentIndex } from './segment-index.ts';
import { formatVaultId } from './vault-id.ts';
import { writeDurably } from './write-durably.ts';

const CHUNK = 65_536;

/** The state of a segment's file that an index describes. */
export interface IndexedFile {
  /** Bytes. */
  readonly size: number;
  /** Of the segment's last record. */
  readonly hash: Uint8Array;
}

/** Puts the index of a closed segment beside it. */
export async function writeIndexFile(
  { files, folder, keys, vaultId }: LedgerFolder,
  { header }: Segment,
  index: SegmentIndex,
  { size, hash }: IndexedFile,
  random: RandomBytes,
): Promise<void> {
  const described: IndexHeader = {
    chunk: CHUNK,
    epoch: keys.current.epoch,
    first: header.firstSequence,
    hash: Buffer.from(hash).toString('hex'),
    id: formatVaultId(vaultId),
    last: header.firstSequence + index.records - 1,
    salt: Buffer.from(random(32)).toString('base64url'),
    segment: header.segment,
    size,
  };
  const encoded = encodeIndexHeader(described);
  const stream = new SnapshotStream(keys.current.snapshot, described, encoded, INDEX_KEY);
  const breathe = breathing();
  const fill = async (file: VaultFile) => {
    await file.write(encoded, 0);
    let position = encoded.length;
    for await (const { chunk, last } of inChunks(index.encode())) {
      const sealed = stream.seal(chunk, last);
      await file.write(sealed, position);
      position += sealed.length;
      await breathe();
    }
  };
  try {
    await writeDurably(files, join(folder, indexName(header.segment)), fill);
  } finally {
    stream.wipe();
  }
}

/** Reads the index of a segment whose file has this size. Throws `vault-damaged` where it does not open or does not fit. */
export async function readIndexFile(
  { files, folder, keys, vaultId }: LedgerFolder,
  { header, lastSequence }: Segment,
  size: number,
): Promise<SegmentIndex> {
  const name = `ledger/${indexName(header.segment)}`;
  const file = await files.open(join(folder, indexName(header.segment)), 'reading');
  let stream: SnapshotStream | undefined;
  try {
    const front = await file.read(0, INDEX_HEADER_LIMIT);
    const { header: described, length } = decodeIndexHeader(front, name);
    const key = keys.ofEpoch(described.epoch)?.snapshot;
    const fits =
      described.id === formatVaultId(vaultId) &&
      described.segment === header.segment &&
      described.first === header.firstSequence &&
      described.last === lastSequence &&
      described.size === size;
    if (!key || !fits) throw damaged(`${name} is of another segment`);
    stream = new SnapshotStream(key, described, front.subarray(0, length), INDEX_KEY);
    const breathe = breathing();
    const end = await file.size();
    const { read } = readAhead(file);
    const chunks: Uint8Array[] = [];
    for (let position = length; position < end; position += sealedChunkLength(described.chunk)) {
      const sealed = await read(position, sealedChunkLength(described.chunk));
      const opened = stream.open(sealed, position + sealed.length >= end);
      if (!opened) throw damaged(`${name} does not authenticate`);
      chunks.push(opened);
      await breathe();
    }
    if (!stream.ended) throw damaged(`${name} is cut`);
    return await SegmentIndex.decode(Buffer.concat(chunks), header.firstSequence, name, breathe);
  } finally {
    stream?.wipe();
    await file.close();
  }
}

async function* inChunks(
  parts: Iterable<Uint8Array>,
): AsyncGenerator<{ readonly chunk: Uint8Array; readonly last: boolean }> {
  let ready = Buffer.alloc(0);
  let waiting: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    waiting.push(part);
    length += part.length;
    if (ready.length + length <= CHUNK) continue;
    ready = Buffer.concat([ready, ...waiting]);
    waiting = [];
    length = 0;
    for (; ready.length > CHUNK; ready = ready.subarray(CHUNK))
      yield { chunk: ready.subarray(0, CHUNK), last: false };
  }
  yield { chunk: Buffer.concat([ready, ...waiting]), last: true };
}
