import { join } from 'node:path';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { damaged } from '../crypto/damaged.ts';
import {
  decodeSnapshotHeader,
  encodeSnapshotHeader,
  SNAPSHOT_HEADER_LIMIT,
  type SnapshotHeader,
} from '../crypto/snapshot-header.ts';
import { SnapshotStream, sealedChunkLength } from '../crypto/snapshot-stream.ts';
import { breathing } from './breathing.ts';
import { BLOCK, DatabaseImage, type FrozenImage } from './database-image.ts';
import { parseSnapshotName, snapshotName } from './folder-layout.ts';
import type { Head } from './head.ts';
import type { RandomBytes, VaultFile } from './ports.ts';
import { readAhead } from './read-ahead.ts';
import type { LedgerFolder } from './read-ledger.ts';
import { formatVaultId } from './vault-id.ts';
import { isMissing, removeIfThere, writeDurably } from './write-durably.ts';

/** One block of the image is one chunk; so many go to the disk with one write. */
const CHUNKS_PER_WRITE = 8;

/** The last one, and the one before it in case the last does not open. */
const KEPT = 2;

/** The `snapshots` folder of a vault. */
export type SnapshotFolder = LedgerFolder;

/** The state as of one record, as a SQLite image. */
export interface Snapshot {
  readonly head: Head;
  readonly image: DatabaseImage;
}

/** Writes a snapshot beside, renames it into place and removes those that are no longer needed. */
export async function writeSnapshot(
  { files, folder, vaultId, keys }: SnapshotFolder,
  head: Head,
  image: FrozenImage,
  { random, check }: { readonly random: RandomBytes; check(): Promise<void> },
): Promise<void> {
  const header: SnapshotHeader = {
    chunk: BLOCK,
    epoch: keys.current.epoch,
    hash: Buffer.from(head.hash).toString('hex'),
    id: formatVaultId(vaultId),
    salt: Buffer.from(random(32)).toString('base64url'),
    sequence: head.sequence,
    time: head.time,
  };
  const encoded = encodeSnapshotHeader(header);
  const stream = new SnapshotStream(keys.current.snapshot, header, encoded);
  const fill = async (file: VaultFile) => {
    let position = 0;
    let ready: Uint8Array[] = [encoded];
    const flush = async () => {
      const bytes = Buffer.concat(ready);
      ready = [];
      await file.write(bytes, position);
      position += bytes.length;
    };
    const breathe = breathing();
    let left = image.length;
    for (const block of image.take()) {
      left -= block.length;
      ready.push(stream.seal(block, left === 0));
      if (ready.length >= CHUNKS_PER_WRITE) await flush();
      await breathe();
    }
    await flush();
  };
  try {
    await writeDurably(files, join(folder, snapshotName(head.sequence)), fill, check);
  } finally {
    stream.wipe();
  }
  for (const old of (await listSnapshots(files, folder)).slice(KEPT)) {
    await removeIfThere(files, join(folder, snapshotName(old)));
  }
}

/**
 * The newest snapshot that opens, or undefined where there is none: then the ledger alone gives the state.
 * Throws `vault-newer` where a snapshot says so.
 */
export async function readNewestSnapshot(folder: SnapshotFolder): Promise<Snapshot | undefined> {
  for (const sequence of await listSnapshots(folder.files, folder.folder)) {
    try {
      return await readSnapshot(folder, sequence);
    } catch (error) {
      if (!(error instanceof KeywardenError) || error.code !== 'vault-damaged') throw error;
    }
  }
  return undefined;
}

/** Reads one snapshot. Throws `vault-damaged` where it is not whole or not what its name says. */
export async function readSnapshot(folder: SnapshotFolder, sequence: number): Promise<Snapshot> {
  const image = new DatabaseImage();
  const head = await openSnapshot(folder, sequence, (chunk) => image.append(chunk));
  return { head, image };
}

/** Reads a snapshot to its end without keeping it, because something is about to rely on it. Throws as `readSnapshot`. */
export async function proveSnapshot(folder: SnapshotFolder, sequence: number): Promise<void> {
  const breathe = breathing();
  await openSnapshot(folder, sequence, breathe);
}

/** Removes the snapshots of earlier records. */
export async function removeSnapshotsBefore(
  { files, folder }: SnapshotFolder,
  sequence: number,
): Promise<void> {
  for (const old of await listSnapshots(files, folder)) {
    if (old < sequence) await removeIfThere(files, join(folder, snapshotName(old)));
  }
  await files.syncFolder(folder);
}

async function openSnapshot(
  { files, folder, vaultId, keys }: SnapshotFolder,
  sequence: number,
  each: (chunk: Uint8Array) => Promise<void> | void,
): Promise<Head> {
  const name = `snapshots/${snapshotName(sequence)}`;
  const file = await files.open(join(folder, snapshotName(sequence)), 'reading');
  let stream: SnapshotStream | undefined;
  try {
    const front = await file.read(0, SNAPSHOT_HEADER_LIMIT);
    const { header, length } = decodeSnapshotHeader(front, name);
    const key = keys.ofEpoch(header.epoch)?.snapshot;
    if (!key || header.id !== formatVaultId(vaultId) || header.sequence !== sequence) {
      throw damaged(`${name} is not where it belongs`);
    }
    stream = new SnapshotStream(key, header, front.subarray(0, length));
    const size = await file.size();
    const { read } = readAhead(file);
    for (let position = length; position < size; position += sealedChunkLength(header.chunk)) {
      const sealed = await read(position, sealedChunkLength(header.chunk));
      const opened = stream.open(sealed, position + sealed.length >= size);
      if (!opened) throw damaged(`${name} does not authenticate`);
      await each(opened);
    }
    if (!stream.ended) throw damaged(`${name} is cut`);
    return { sequence, hash: new Uint8Array(Buffer.from(header.hash, 'hex')), time: header.time };
  } finally {
    stream?.wipe();
    await file.close();
  }
}

/** The records that snapshots were taken at, the latest first. */
export async function listSnapshots(
  files: SnapshotFolder['files'],
  folder: string,
): Promise<readonly number[]> {
  const names = await namesIn(files, folder);
  return names
    .map(parseSnapshotName)
    .filter((sequence) => sequence !== undefined)
    .sort((a, b) => b - a);
}

async function namesIn(files: SnapshotFolder['files'], folder: string): Promise<readonly string[]> {
  try {
    return await files.list(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
