import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { deriveEpochKeys } from '../crypto/epoch-keys.ts';
import { makeKeyholder } from '../crypto/keyholder.ts';
import { calibrateKdf, KDF_RULES, type KdfRules } from '../crypto/passphrase-kdf.ts';
import { NONCE_LENGTH } from '../crypto/secret-box.ts';
import { encodeVaultHeader } from '../crypto/vault-header.ts';
import type { StateSchema } from './change.ts';
import { translatingDiskErrors } from './disk-error.ts';
import { type FolderLayout, folderLayout } from './folder-layout.ts';
import { type FolderLock, takeLock } from './folder-lock.ts';
import { EMPTY_HEAD } from './head.ts';
import { writeHeaderFile } from './header-file.ts';
import { KeyRing } from './key-ring.ts';
import { nodeFiles } from './node-files.ts';
import { type OpenedVault, openHeldVault } from './open-vault.ts';
import type { Place } from './place.ts';
import type { VaultFiles, VaultPorts } from './ports.ts';
import { createSegment } from './segment-writer.ts';
import { State } from './state.ts';
import { clearUnfinished, finishVault, holdsVault, unfinishedLayout } from './unfinished-vault.ts';
import { formatVaultId } from './vault-id.ts';
import type { WayIn } from './way-in.ts';

/** What making a vault takes. */
export interface CreateVaultOptions {
  /** Made where it does not exist. */
  readonly directory: string;
  /** UTF-8 of the passphrase in Unicode normal form C. Not kept, and not wiped either: it is the caller's. */
  readonly passphrase: Uint8Array;
  readonly schema: StateSchema;
  readonly ports: VaultPorts;
  /** For people; as sealed as everything else. */
  readonly name?: string;
  /** The first keyholder's name; `owner` unless told. */
  readonly keyholder?: string;
  /** 32 random bytes: the secret of a recovery kit that opens the vault as well. The caller's, as the passphrase is. */
  readonly recoveryKit?: Uint8Array;
  /** Which machine this is, for `begin`. */
  readonly place?: Place | undefined;
  /**
   * What belongs to the vault from its beginning: opens it, as often as it likes, and closes it again. Until it resolves
   * there is no vault; where it throws, there will be none.
   */
  readonly begin?: (open: (wayIn: WayIn) => Promise<OpenedVault>) => Promise<void>;
  /** For tests alone: other bounds on the key derivation. */
  readonly kdf?: KdfRules;
}

/**
 * Makes a vault, whole or not at all: what dies or fails in between leaves nothing that is one, and nothing in the way of the
 * next try. Throws `vault-exists` where the folder holds one already, or what is left of one.
 */
export function createVault(options: CreateVaultOptions): Promise<{ readonly id: string }> {
  return translatingDiskErrors(async () => {
    if (options.passphrase.length === 0)
      throw new KeywardenError('invalid-request', 'The passphrase is empty.');
    const files = options.ports.files ?? nodeFiles;
    const layout = folderLayout(options.directory);
    // A schema that cannot even start must not leave a vault behind.
    (await State.open(options.schema)).close();
    await files.makeFolder(layout.root);
    const lock = await takeLock(files, layout.root, layout.lock, options.ports.random);
    try {
      if (await holdsVault(files, layout)) throw new KeywardenError('vault-exists');
      await clearUnfinished(files, layout);
      const unfinished = unfinishedLayout(layout);
      const made = await fill(files, unfinished, options);
      await options.begin?.((wayIn) => openUnfinished(files, unfinished, lock, { ...options, ...wayIn }));
      await lock.check();
      await finishVault(files, layout);
      return made;
    } finally {
      // What stands, stands: a lock file that could not be removed is no failure of making it.
      await lock.release().catch(() => undefined);
    }
  });
}

/** Opens it while the folder stays ours: closing it does not set the folder free. */
function openUnfinished(
  files: VaultFiles,
  layout: FolderLayout,
  { check }: FolderLock,
  options: Omit<CreateVaultOptions, 'passphrase'> & WayIn,
): Promise<OpenedVault> {
  const lock: FolderLock = { check, release: async () => {} };
  return openHeldVault({ files, layout, lock }, options);
}

/** Writes an empty vault. The header comes first: by its name it says that the rest is not to be relied on. */
async function fill(
  files: VaultFiles,
  layout: FolderLayout,
  options: CreateVaultOptions,
): Promise<{ readonly id: string }> {
  const { passphrase, name, keyholder, recoveryKit, kdf: rules = KDF_RULES } = options;
  const { clock, random } = options.ports;
  const vaultId = random(16);
  const vaultKey = random(32);
  const epoch = 1;
  const addedAt = clock.now();
  const keys = new KeyRing([deriveEpochKeys(vaultKey, vaultId, epoch)]);
  try {
    const parameters = await calibrateKdf(rules);
    const owner = await makeKeyholder(
      {
        vaultId,
        name: keyholder ?? 'owner',
        passphrase,
        recoveryKit,
        parameters,
        rules,
        vaultKey,
        epoch,
        addedAt,
      },
      random,
    );
    const id = formatVaultId(vaultId);
    const header = { id, name, createdAt: addedAt, epoch, former: [], keyholders: [owner], revision: 0 };
    await writeHeaderFile(files, layout, encodeVaultHeader(keys.current, header, random(NONCE_LENGTH)));
    await files.makeFolder(layout.ledger);
    await files.makeFolder(layout.snapshots);
    await createSegment(files, layout.ledger, keys, {
      vaultId,
      epoch,
      term: 1,
      writerId: random(16),
      segment: 1,
      firstSequence: 1,
      previousHash: EMPTY_HEAD.hash,
      previousTime: EMPTY_HEAD.time,
    });
    return { id };
  } finally {
    vaultKey.fill(0);
    keys.wipe();
  }
}
