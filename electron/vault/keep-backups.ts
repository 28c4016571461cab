import { addBackup, isBackupDue, listBackups } from './backup-folder.ts';
import { nodeFiles } from './node-files.ts';
import type { OpenedVault } from './open-vault.ts';
import type { VaultFiles, WallClock } from './ports.ts';

/** A moment after opening, so that nobody waits for a backup; then every hour it is looked whether one is due. */
const FIRST_LOOK = 20_000;
const NEXT_LOOK = 3_600_000;

/** What keeping backups takes. */
export interface KeepBackupsParts {
  readonly vault: OpenedVault;
  readonly folder: string;
  readonly clock: WallClock & { after(milliseconds: number, callback: () => void): () => void };
  readonly files?: VaultFiles | undefined;
  /** Called after each try. */
  told(error: unknown): void;
}

/** Backups that make themselves. */
export interface KeptBackups {
  /** Makes one now, due or not. Throws what the disk says. */
  make(): Promise<void>;
  /** Makes no more, and resolves when one under way is done. */
  stop(): Promise<void>;
}

/** Makes a backup a day in the folder while the vault is open, in the background. */
export function keepBackups({
  vault,
  folder,
  clock,
  files = nodeFiles,
  told,
}: KeepBackupsParts): KeptBackups {
  let making: Promise<void> = Promise.resolve();
  let stopped = false;
  let cancel = (): void => {};
  const make = (): Promise<void> => {
    const made = making.then(async () => {
      if (!stopped) await addBackup(files, folder, vault, clock.now());
    });
    making = made.catch(() => undefined);
    return made;
  };
  const look = async (): Promise<void> => {
    try {
      if (isBackupDue(await listBackups(files, folder, vault.id), clock.now())) {
        await make();
        told(undefined);
      }
    } catch (error) {
      told(error);
    }
  };
  const lookIn = (milliseconds: number): void => {
    if (stopped) return;
    cancel = clock.after(milliseconds, () => void look().then(() => lookIn(NEXT_LOOK)));
  };
  lookIn(FIRST_LOOK);
  return {
    make,
    async stop() {
      stopped = true;
      cancel();
      await making;
    },
  };
}
