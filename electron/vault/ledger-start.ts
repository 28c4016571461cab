import { join } from 'node:path';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../crypto/checkpoint.ts';
import { damaged } from '../crypto/damaged.ts';
import { EMPTY_HEAD, type Head } from './head.ts';
import type { KeyRing } from './key-ring.ts';
import type { VaultFiles } from './ports.ts';
import { isMissing, writeDurably } from './write-durably.ts';

const FILE = 'checkpoint.kwc';
const NAME = `ledger/${FILE}`;

/**
 * Where the chain stands ahead of the first record that the ledger still holds: a checkpoint, or the very beginning.
 * Throws `vault-damaged` where the checkpoint is not ours.
 */
export async function readLedgerStart(
  files: VaultFiles,
  folder: string,
  keys: KeyRing,
  vaultId: Uint8Array,
): Promise<Head> {
  let bytes: Uint8Array;
  try {
    bytes = await files.read(join(folder, FILE));
  } catch (error) {
    if (isMissing(error)) return EMPTY_HEAD;
    throw error;
  }
  const checkpoint = decodeCheckpoint(bytes, (epoch) => keys.ofEpoch(epoch)?.segment, NAME);
  if (Buffer.compare(checkpoint.vaultId, vaultId) !== 0) throw damaged(`${NAME} is of another vault`);
  return { sequence: checkpoint.sequence, hash: checkpoint.hash, time: checkpoint.time };
}

/** From now on the ledger begins behind this record. */
export async function writeLedgerStart(
  files: VaultFiles,
  folder: string,
  keys: KeyRing,
  checkpoint: Checkpoint,
): Promise<void> {
  const key = keys.ofEpoch(checkpoint.epoch)?.segment;
  if (!key) throw damaged(`there is no key for epoch ${checkpoint.epoch}`);
  const bytes = encodeCheckpoint(key, checkpoint);
  await writeDurably(files, join(folder, FILE), (file) => file.write(bytes, 0));
}
