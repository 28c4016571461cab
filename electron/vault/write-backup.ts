import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import {
  BACKUP_START,
  BackupChain,
  type BackupDescription,
  DESCRIPTION_ENTRY,
  encodeDescription,
  encodeEntryFront,
  HEADER_ENTRY,
} from '../crypto/backup-format.ts';
import { breathing } from './breathing.ts';
import { type FolderLayout, parseSegmentName, parseSnapshotName } from './folder-layout.ts';
import type { KeyRing } from './key-ring.ts';
import type { RandomBytes, VaultFile, VaultFiles, WallClock } from './ports.ts';
import { readBackup } from './read-backup.ts';
import { type LedgerEnd, walkLedger } from './read-ledger.ts';
import { headBefore, listSegments } from './segment.ts';
import { formatVaultId } from './vault-id.ts';
import { isMissing, removeIfThere, writeDurably } from './write-durably.ts';

const STEP = 1_048_576;
const TRIES = 3;

/** A vault's folder, which may be in use meanwhile. */
export interface BackedUpFolder {
  readonly files: VaultFiles;
  readonly layout: FolderLayout;
  readonly vaultId: Uint8Array;
  readonly keys: KeyRing;
}

/** One file of the folder, or the front of it. */
interface Entry {
  readonly name: string;
  readonly path: string;
  readonly length?: number;
}

/**
 * Writes a whole vault into one file and verifies it by opening it. FORMAT.md section 12.
 * The vault may be written to meanwhile: what is in the backup is one moment of it. Nothing is left where it fails.
 */
export async function writeBackup(
  folder: BackedUpFolder,
  to: string,
  { clock, random }: { readonly clock: WallClock; readonly random: RandomBytes },
): Promise<BackupDescription> {
  const { files, keys } = folder;
  for (let tried = 1; ; tried++) {
    try {
      let described: BackupDescription | undefined;
      await writeDurably(
        files,
        to,
        async (file) => {
          described = await fill(folder, file, clock.now(), random);
        },
        async () => {
          await readBackup(files, `${to}.new`, async () => keys);
        },
      );
      if (!described) throw new KeywardenError('internal');
      return described;
    } catch (error) {
      await removeIfThere(files, `${to}.new`);
      // Segments are compacted, removed and begun while we read: the next look finds them at rest.
      const moved = isMissing(error) || (error instanceof KeywardenError && error.code === 'vault-damaged');
      if (!moved || tried === TRIES) throw error;
    }
  }
}

async function fill(
  { files, layout, vaultId, keys }: BackedUpFolder,
  file: VaultFile,
  createdAt: number,
  random: RandomBytes,
): Promise<BackupDescription> {
  const header = await files.read(layout.header);
  // Snapshots first: none of them is then of a later record than where the ledger ends.
  const snapshot = (await files.list(layout.snapshots)).filter(
    (name) => parseSnapshotName(name) !== undefined,
  );
  const end = await ledgerEnd({ files, folder: layout.ledger, vaultId, keys });
  const { epoch, backup } = keys.current;
  const salt = Buffer.from(random(32)).toString('base64url');
  const described: BackupDescription = {
    createdAt,
    epoch,
    hash: Buffer.from(end.head.hash).toString('hex'),
    id: formatVaultId(vaultId),
    salt,
    sequence: end.head.sequence,
    term: end.last.header.term,
    time: end.head.time,
  };
  const entries = [
    ...(await ledgerEntries(files, layout, end)),
    ...snapshot
      .sort()
      .slice(-1)
      .map((name): Entry => ({ name: `snapshots/${name}`, path: join(layout.snapshots, name) })),
  ];
  const chain = new BackupChain(backup, salt);
  try {
    const writer = new EntryWriter(file, chain, () => keys.refuseWiped());
    await writer.start();
    await writer.bytes(HEADER_ENTRY, header);
    await writer.bytes(DESCRIPTION_ENTRY, encodeDescription(described));
    for (const entry of entries) await writer.file(files, entry);
    await writer.end();
  } finally {
    chain.wipe();
  }
  const after = await files.read(layout.header);
  if (Buffer.compare(header, after) !== 0)
    throw new KeywardenError('vault-damaged', 'The ways in were just changed.');
  return described;
}

/** Only the last segment is read: what is ahead of it is proven when the backup is. */
async function ledgerEnd(folder: Parameters<typeof walkLedger>[0]): Promise<LedgerEnd> {
  const segments = await listSegments(folder.files, folder.folder, folder.keys, folder.vaultId);
  const last = segments.at(-1);
  if (!last) throw new KeywardenError('vault-damaged');
  return walkLedger(folder, headBefore(last.header), () => {});
}

async function ledgerEntries(
  files: VaultFiles,
  layout: FolderLayout,
  { last, position }: LedgerEnd,
): Promise<readonly Entry[]> {
  return [...(await files.list(layout.ledger))].sort().flatMap((name): Entry[] => {
    const entry = { name: `ledger/${name}`, path: join(layout.ledger, name) };
    const segment = parseSegmentName(name);
    if (segment === last.header.segment) return [{ ...entry, length: position }];
    const wanted = segment === undefined ? name.endsWith('.kwc') : segment < last.header.segment;
    return wanted ? [entry] : [];
  });
}

/** Writes entries one behind the other, with their chain. */
class EntryWriter {
  readonly #file: VaultFile;
  readonly #chain: BackupChain;
  readonly #goOn: () => void;
  readonly #breathe = breathing();
  #position = 0;
  #count = 0;

  /** `goOn` is called between steps, and throws where the work is to end. */
  constructor(file: VaultFile, chain: BackupChain, goOn: () => void) {
    this.#file = file;
    this.#chain = chain;
    this.#goOn = goOn;
  }

  start(): Promise<void> {
    return this.#put(BACKUP_START);
  }

  async bytes(name: string, content: Uint8Array): Promise<void> {
    await this.#put(encodeEntryFront(name, content.length));
    await this.#put(content);
    await this.#close(name, content.length, createHash('sha256').update(content).digest());
  }

  async file(files: VaultFiles, { name, path, length: wanted }: Entry): Promise<void> {
    const source = await files.open(path, 'reading');
    try {
      const length = wanted ?? (await source.size());
      await this.#put(encodeEntryFront(name, length));
      const hash = createHash('sha256');
      for (let done = 0; done < length; ) {
        const part = await source.read(done, Math.min(STEP, length - done));
        if (part.length === 0) throw Object.assign(new Error('the file became shorter'), { code: 'ENOENT' });
        hash.update(part);
        await this.#put(part);
        done += part.length;
        await this.#breathe();
        this.#goOn();
      }
      await this.#close(name, length, hash.digest());
    } finally {
      await source.close();
    }
  }

  async end(): Promise<void> {
    await this.#put(encodeEntryFront('', this.#count));
    await this.#put(this.#chain.end(this.#count));
  }

  async #close(name: string, length: number, hash: Uint8Array): Promise<void> {
    await this.#put(this.#chain.entry(name, length, hash));
    this.#count += 1;
  }

  async #put(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, this.#position);
    this.#position += bytes.length;
  }
}
