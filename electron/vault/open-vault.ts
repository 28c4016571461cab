import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { BackupDescription } from '../crypto/backup-format.ts';
import type { Way } from '../crypto/header-body.ts';
import { KDF_RULES, type KdfRules } from '../crypto/passphrase-kdf.ts';
import type { VaultHeader } from '../crypto/vault-header.ts';
import type { StateSchema } from './change.ts';
import { translatingDiskErrors } from './disk-error.ts';
import { folderLayout } from './folder-layout.ts';
import { type FolderLock, HeldElsewhere, takeLock } from './folder-lock.ts';
import { readHeaderFile } from './header-file.ts';
import { nodeFiles } from './node-files.ts';
import { openUnlockedVault, type UnlockedFolder } from './open-unlocked-vault.ts';
import type { Place } from './place.ts';
import type { VaultPorts } from './ports.ts';
import { refuseOlderHeader } from './refuse-older-header.ts';
import { unlockHeaderBy, vaultIdOf } from './unlock-header.ts';
import type { Vault } from './vault.ts';
import { type WatchOver, watchOver } from './watch-over.ts';
import type { WayIn } from './way-in.ts';
import { type WaysIn, waysInto } from './ways-in.ts';
import { writeBackup } from './write-backup.ts';

/** What opening a vault takes. */
export type OpenVaultOptions = WayIn & {
  readonly directory: string;
  readonly schema: StateSchema;
  readonly ports: VaultPorts;
  /** Which machine this is. Without it nobody asks where the vault is at home, nor how far it had come. */
  readonly place?: Place | undefined;
  /**
   * A damaged ledger is looked at as far as every byte of it authenticates, quarantined (`damaged`), instead of being refused.
   * Nothing in the folder changes.
   */
  readonly readDamaged?: boolean | undefined;
  /** For tests alone: other bounds on the key derivation. */
  readonly kdf?: KdfRules;
};

/** An open vault whose ways in can be changed. */
export interface OpenedVault extends Vault {
  /** For people; undefined where nobody named it. */
  readonly name: string | undefined;
  readonly ways: WaysIn;
  /** Writes the whole vault into one file, verified; requests are served meanwhile. */
  backUp(to: string): Promise<BackupDescription>;
  /**
   * A person has looked at the quarantine: closes the vault and opens it for good, at home here, in a term of its own.
   * A vault that is not quarantined is given back as it is.
   */
  confirm(): Promise<OpenedVault>;
}

/**
 * Opens a vault from the last good snapshot and the tail of the ledger. It may come quarantined: see `Vault.quarantine`.
 * Throws `vault-missing`, `vault-in-use`, `unlock-failed`, `vault-newer`, `vault-damaged` (file and record named),
 * or `ledger-unavailable` where the disk refuses.
 */
export function openVault(options: OpenVaultOptions): Promise<OpenedVault> {
  return translatingDiskErrors(async () => {
    const { directory, ports } = options;
    const files = ports.files ?? nodeFiles;
    const layout = folderLayout(directory);
    await readHeaderFile(files, layout); // A folder without a vault must not get a lock file.
    const { lock, held } = await lockOrLook(() => takeLock(files, layout.root, layout.lock, ports.random));
    return orRelease(lock, () => openHeldVault({ files, layout, lock }, options, held));
  });
}

/** The same in a folder that is ours already. On failure the lock stays with the caller. */
export async function openHeldVault(
  folder: Pick<UnlockedFolder, 'files' | 'layout' | 'lock'>,
  options: OpenVaultOptions,
  held?: HeldElsewhere,
): Promise<OpenedVault> {
  const { kdf: rules = KDF_RULES } = options;
  const read = await readHeaderFile(folder.files, folder.layout);
  const { keys, way, header } = await unlockHeaderBy(read, options, rules);
  const unlocked = { ...folder, vaultId: vaultIdOf(read), keys };
  return open({ unlocked, header, way, options, rules, held, confirmed: false });
}

interface Unlocked {
  readonly unlocked: UnlockedFolder;
  readonly header: VaultHeader;
  readonly way: Way;
  readonly options: OpenVaultOptions;
  readonly rules: KdfRules;
  /** Why the folder is not ours: then it can be looked at, if it is not at home here. */
  readonly held: HeldElsewhere | undefined;
  readonly confirmed: boolean;
}

async function open(found: Unlocked): Promise<OpenedVault> {
  const { unlocked, options, rules } = found;
  const { ports, schema } = options;
  let handedOver = false;
  let watch: WatchOver;
  try {
    if (!options.readDamaged) await refuseOlderHeader(unlocked);
    watch = await watchOver({ ...found, ...options, ports });
  } catch (error) {
    unlocked.keys.wipe();
    throw error;
  }
  const vault = await openUnlockedVault(unlocked, schema, ports, {
    ...watch.opening,
    judge(vault) {
      const verdict = watch.opening.judge(vault);
      if (found.held && verdict.kind === 'home') throw found.held;
      return verdict;
    },
    handsOver: () => handedOver,
  });
  try {
    if (!vault.quarantine) await watch.settle(vault);
  } catch (error) {
    await vault.close();
    throw error;
  }
  const { ways, end } = waysInto({ ...unlocked, ...ports, files: unlocked.files, vault, rules });
  const opened: OpenedVault = {
    ...vault,
    name: found.header.name,
    ways,
    async close() {
      // A header that is written while the keys go would open for nobody.
      await end();
      await vault.close();
    },
    backUp: (to) => translatingDiskErrors(() => writeBackup(unlocked, to, ports)),
    async confirm() {
      if (!vault.quarantine) return opened;
      if (found.held) throw found.held;
      const { damage } = vault.quarantine;
      if (damage !== undefined) throw new KeywardenError('vault-damaged', damage);
      handedOver = true;
      await vault.close();
      return translatingDiskErrors(() => orRelease(unlocked.lock, () => open({ ...found, confirmed: true })));
    },
  };
  return opened;
}

/** Takes the lock; or, where another machine seems to have it, says so and leaves it alone. */
async function lockOrLook(
  take: () => Promise<FolderLock>,
): Promise<{ readonly lock: FolderLock; readonly held: HeldElsewhere | undefined }> {
  try {
    return { lock: await take(), held: undefined };
  } catch (error) {
    if (!(error instanceof HeldElsewhere)) throw error;
    const lock: FolderLock = { check: () => Promise.reject(error), release: async () => {} };
    return { lock, held: error };
  }
}

/** Does what may fail, and leaves the folder free where it does. */
async function orRelease<T>(lock: UnlockedFolder['lock'], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await lock.release().catch(() => undefined);
    throw error;
  }
}
