import { join } from 'node:path';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { type BackupDescription, DESCRIPTION_ENTRY, HEADER_ENTRY } from '../crypto/backup-format.ts';
import { damaged } from '../crypto/damaged.ts';
import { KDF_RULES, type KdfRules } from '../crypto/passphrase-kdf.ts';
import { translatingDiskErrors } from './disk-error.ts';
import { folderLayout } from './folder-layout.ts';
import { takeLock } from './folder-lock.ts';
import type { KeyRing } from './key-ring.ts';
import { nodeFiles } from './node-files.ts';
import type { RandomBytes, VaultFile, VaultFiles } from './ports.ts';
import { type BackupEntry, type ProvenBackup, readBackup } from './read-backup.ts';
import { clearUnfinished, finishVault, holdsVault } from './unfinished-vault.ts';
import { unlockHeader } from './unlock-header.ts';
import type { WayIn } from './way-in.ts';
import { isMissing, writeDurably } from './write-durably.ts';

const STEP = 1_048_576;

/** What a backup is read with. */
export type BackupOptions = WayIn & {
  /** The backup's file. */
  readonly from: string;
  readonly files?: VaultFiles;
  /** For tests alone: other bounds on the key derivation. */
  readonly kdf?: KdfRules;
};

/**
 * Proves a backup without restoring it. Throws `not-found` where there is none, `unlock-failed`, `vault-newer`,
 * or `vault-damaged` with the first bad part named.
 */
export function verifyBackup(options: BackupOptions): Promise<ProvenBackup> {
  return translatingDiskErrors(async () => {
    let keys: KeyRing | undefined;
    try {
      return await readBackup(options.files ?? nodeFiles, options.from, async (header) => {
        keys = await unlockHeader(header, options, options.kdf ?? KDF_RULES);
        return keys;
      });
    } catch (error) {
      if (isMissing(error)) throw new KeywardenError('not-found', 'There is no backup of that name.');
      throw error;
    } finally {
      keys?.wipe();
    }
  });
}

/**
 * Puts a vault back from a backup, into a folder that holds none: proven first, whole or not at all. It opens quarantined,
 * until a person confirms it. Throws `vault-exists` and what `verifyBackup` throws.
 */
export async function restoreBackup(
  options: BackupOptions & { readonly directory: string; readonly random: RandomBytes },
): Promise<BackupDescription> {
  const { description, entries } = await verifyBackup(options);
  return translatingDiskErrors(async () => {
    const files = options.files ?? nodeFiles;
    const layout = folderLayout(options.directory);
    await files.makeFolder(layout.root);
    const lock = await takeLock(files, layout.root, layout.lock, options.random);
    try {
      if (await holdsVault(files, layout)) throw new KeywardenError('vault-exists');
      await clearUnfinished(files, layout);
      for (const folder of [layout.ledger, layout.snapshots]) await files.makeFolder(folder);
      const source = await files.open(options.from, 'reading');
      const copy = (entry: BackupEntry, to = join(layout.root, entry.name)) =>
        copyEntry(files, source, entry, to);
      try {
        const [header, ...others] = entries.filter(({ name }) => name !== DESCRIPTION_ENTRY);
        if (header?.name === HEADER_ENTRY) await copy(header, layout.unfinished);
        await writeDurably(files, layout.restored, (file) => file.write(new Uint8Array(), 0));
        for (const entry of others) await copy(entry);
        await finishVault(files, layout);
      } catch (error) {
        // Half a vault would only be in the way of the next try.
        await clearUnfinished(files, layout).catch(() => undefined);
        throw error;
      } finally {
        await source.close();
      }
      return description;
    } finally {
      // What stands, stands: a lock file that could not be removed is no failure of making it.
      await lock.release().catch(() => undefined);
    }
  });
}

async function copyEntry(
  files: VaultFiles,
  source: VaultFile,
  { position, length }: BackupEntry,
  to: string,
): Promise<void> {
  await writeDurably(files, to, async (file) => {
    for (let done = 0; done < length; done += STEP) {
      const wanted = Math.min(STEP, length - done);
      const part = await source.read(position + done, wanted);
      // It was whole when it was proven: what is missing now would look like the end of the ledger.
      if (part.length !== wanted) throw damaged('the backup became shorter while it was read');
      await file.write(part, done);
    }
  });
}
