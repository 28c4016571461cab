import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFiles } from './node-files.ts';
import type { RandomBytes, VaultFiles } from './ports.ts';
import { isMissing, writeDurably } from './write-durably.ts';

/** Which machine this is, and where it remembers what it saw of its vaults. */
export interface Place {
  /** Names this machine and says nothing else about it: 16 bytes in hex. */
  readonly host: string;
  /** A folder of the user's own, outside every vault. */
  readonly folder: string;
}

/**
 * The place whose memory lies in a folder, which is made where it does not exist. The host's name comes from the
 * machine's own id where it has one, so that all its users share it; else it is drawn once and kept in the folder.
 */
export async function placeIn(
  folder: string,
  random: RandomBytes,
  files: VaultFiles = nodeFiles,
): Promise<Place> {
  await files.makeFolder(folder);
  const machineId = await readFile('/etc/machine-id', 'utf8').catch(() => '');
  if (machineId.trim() !== '') {
    const digest = createHash('sha256').update(`keywarden/1/host/${machineId.trim()}`).digest('hex');
    return { host: digest.slice(0, 32), folder };
  }
  const path = join(folder, 'host');
  try {
    const kept = Buffer.from(await files.read(path)).toString('latin1');
    if (/^[0-9a-f]{32}$/.test(kept)) return { host: kept, folder };
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const host = Buffer.from(random(16)).toString('hex');
  await writeDurably(files, path, (file) => file.write(Buffer.from(host, 'latin1'), 0));
  return { host, folder };
}
