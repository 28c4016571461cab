import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import {
  BACKUP_MAGIC,
  BACKUP_START,
  BACKUP_VERSION,
  BackupChain,
  type BackupDescription,
  checkChain,
  DESCRIPTION_ENTRY,
  decodeDescription,
  HEADER_ENTRY,
  isEntryName,
} from '../crypto/backup-format.ts';
import { ByteReader } from '../crypto/byte-reader.ts';
import { checkMagic, damaged } from '../crypto/damaged.ts';
import { decodeVaultHeader, type ReadHeader } from '../crypto/vault-header.ts';
import { breathing } from './breathing.ts';
import { folderLayout, parseSnapshotName } from './folder-layout.ts';
import type { Head } from './head.ts';
import { MOST_HEADER } from './header-file.ts';
import type { KeyRing } from './key-ring.ts';
import { readLedgerStart } from './ledger-start.ts';
import type { VaultFile, VaultFiles } from './ports.ts';
import { type LedgerFolder, readLedger } from './read-ledger.ts';
import { proveSnapshot } from './snapshot-files.ts';
import { vaultIdOf } from './unlock-header.ts';

const STEP = 1_048_576;
const CHAIN_LENGTH = 32;

/** Where an entry's bytes lie in the file. */
export interface BackupEntry {
  readonly name: string;
  readonly position: number;
  readonly length: number;
}

/** A backup that is proven whole. */
export interface ProvenBackup {
  readonly description: BackupDescription;
  /** The last record that retention has removed; 0 where the ledger is whole. */
  readonly since: number;
  readonly entries: readonly BackupEntry[];
}

/**
 * Proves a backup: every byte authenticated, every record chained, the snapshot opened. FORMAT.md section 12.
 * `unlock` opens the keys with the header in it. Throws `vault-missing`, `vault-newer` or `vault-damaged`.
 */
export async function readBackup(
  files: VaultFiles,
  path: string,
  unlock: (header: ReadHeader) => Promise<KeyRing>,
): Promise<ProvenBackup> {
  const file = await files.open(path, 'reading');
  try {
    const start = await file.read(0, BACKUP_START.length);
    checkMagic(start, BACKUP_MAGIC, BACKUP_VERSION, 'the backup');
    const headerEntry = await frontAt(file, BACKUP_START.length);
    if (headerEntry.name !== HEADER_ENTRY || headerEntry.length > MOST_HEADER) throw notABackup();
    const header = decodeVaultHeader(await exactly(file, headerEntry.position, headerEntry.length));
    const keys = await unlock(header);
    const vaultId = vaultIdOf(header);
    const { description, entries } = await proveEntries(file, keys);
    if (description.id !== header.header.id) throw notABackup();
    const view = viewOf(file, entries);
    const layout = folderLayout('');
    const since = await proveLedger({ files: view, folder: layout.ledger, vaultId, keys }, description);
    for (const { name } of entries) {
      const sequence = name.startsWith('snapshots/') ? parseSnapshotName(basename(name)) : undefined;
      if (sequence !== undefined) {
        await proveSnapshot({ files: view, folder: layout.snapshots, vaultId, keys }, sequence);
      }
    }
    return { description, since, entries };
  } finally {
    await file.close();
  }
}

async function proveEntries(
  file: VaultFile,
  keys: KeyRing,
): Promise<Pick<ProvenBackup, 'description' | 'entries'>> {
  const entries: BackupEntry[] = [];
  let chain: BackupChain | undefined;
  let description: BackupDescription | undefined;
  const waiting: (readonly [BackupEntry, Uint8Array, Uint8Array])[] = [];
  try {
    for (let at = BACKUP_START.length; ; ) {
      const entry = await frontAt(file, at);
      if (entry.name === '') {
        if (!chain || !description) throw notABackup();
        if (entry.length !== entries.length) throw notABackup();
        checkChain(chain.end(entries.length), await exactly(file, entry.position, CHAIN_LENGTH), 'the end');
        if ((await file.size()) !== entry.position + CHAIN_LENGTH) throw notABackup();
        return { description, entries };
      }
      if (entries.some(({ name }) => name === entry.name)) throw notABackup();
      const hash = await hashOf(file, entry);
      const found = await exactly(file, entry.position + entry.length, CHAIN_LENGTH);
      waiting.push([entry, hash, found]);
      entries.push(entry);
      if (entries.length === 2) {
        if (entry.name !== DESCRIPTION_ENTRY || entry.length > MOST_HEADER) throw notABackup();
        description = decodeDescription(await exactly(file, entry.position, entry.length));
        const key = keys.ofEpoch(description.epoch)?.backup;
        if (!key) throw damaged('there is no key for the backup');
        chain = new BackupChain(key, description.salt);
      } else if (entries.length > 2 && !isEntryName(entry.name)) throw notABackup();
      // The chain begins with the header, and its key is known behind the description.
      if (chain) {
        for (const [one, content, value] of waiting.splice(0)) {
          checkChain(chain.entry(one.name, one.length, content), value, one.name);
        }
      }
      at = entry.position + entry.length + CHAIN_LENGTH;
    }
  } finally {
    chain?.wipe();
  }
}

/** Every record, from the start of the ledger to the one that the description names. */
async function proveLedger(folder: LedgerFolder, description: BackupDescription): Promise<number> {
  const start = await readLedgerStart(folder.files, folder.folder, folder.keys, folder.vaultId);
  const breathe = breathing();
  let head: Head = start;
  for await (const { after } of readLedger(folder, start)) {
    head = after;
    await breathe();
  }
  const whole =
    head.sequence === description.sequence && Buffer.from(head.hash).toString('hex') === description.hash;
  if (!whole) throw damaged('the ledger in the backup does not end where it says');
  return start.sequence;
}

async function frontAt(file: VaultFile, at: number): Promise<BackupEntry> {
  const bytes = await file.read(at, 4 + 128 + 8);
  try {
    const reader = new ByteReader(bytes);
    const length = reader.u32();
    if (length > 128) throw new RangeError('a long name');
    const name = Buffer.from(reader.raw(length)).toString('utf8');
    return { name, length: reader.u64(), position: at + 4 + length + 8 };
  } catch (error) {
    throw damaged('the backup is cut', error);
  }
}

async function exactly(file: VaultFile, position: number, length: number): Promise<Uint8Array> {
  const bytes = await file.read(position, length);
  if (bytes.length !== length) throw damaged('the backup is cut');
  return bytes;
}

async function hashOf(file: VaultFile, { position, length }: BackupEntry): Promise<Uint8Array> {
  const hash = createHash('sha256');
  const breathe = breathing();
  for (let done = 0; done < length; done += STEP) {
    hash.update(await exactly(file, position + done, Math.min(STEP, length - done)));
    await breathe();
  }
  return hash.digest();
}

function notABackup() {
  return damaged('the backup is not put together as one');
}

/** The entries as files of a folder that cannot be changed. */
function viewOf(file: VaultFile, entries: readonly BackupEntry[]): VaultFiles {
  const byPath = new Map(entries.map((entry) => [join(entry.name), entry]));
  const find = (path: string): BackupEntry => {
    const entry = byPath.get(path);
    if (entry) return entry;
    throw Object.assign(new Error('no such entry'), { code: 'ENOENT' });
  };
  const never = (): never => {
    throw new TypeError('a backup cannot be written to');
  };
  return {
    makeFolder: async () => {},
    list: async (folder) =>
      [...byPath.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path)),
    realPath: async (path) => path,
    read: async (path) => {
      const { position, length } = find(path);
      return exactly(file, position, length);
    },
    stat: async (path) => ({ identity: path, size: find(path).length }),
    open: async (path) => {
      const entry = find(path);
      return {
        write: never,
        read: (position, length) =>
          file.read(entry.position + position, Math.max(0, Math.min(length, entry.length - position))),
        sync: never,
        truncate: never,
        size: async () => entry.length,
        close: async () => {},
      };
    },
    rename: never,
    remove: never,
    syncFolder: async () => {},
  };
}
