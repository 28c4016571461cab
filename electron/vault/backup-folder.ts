import { basename, dirname, join } from 'node:path';
import type { BackupDescription } from '../crypto/backup-format.ts';
import type { VaultFiles } from './ports.ts';
import type { Vault } from './vault.ts';
import { isMissing, removeIfThere } from './write-durably.ts';

/** This many of the newest are kept, … */
const NEWEST = 7;
/** … and the first one of each of so many weeks. */
const WEEKS = 6;
const DAY = 24 * 3_600_000;
const WEEK = 7 * DAY;

/** A backup in the folder. */
export interface KeptBackup {
  readonly path: string;
  /** Milliseconds since 1970, from its name. */
  readonly madeAt: number;
}

/** Where a vault's own backups lie unless told: beside it, so that who copies one may leave the other. */
export function defaultBackupFolder(directory: string): string {
  return join(dirname(directory), `${basename(directory)}.backups`);
}

/** The backups in a folder, the newest first; those of other vaults are not among them. */
export async function listBackups(
  files: VaultFiles,
  folder: string,
  vaultId: string,
): Promise<readonly KeptBackup[]> {
  let names: readonly string[];
  try {
    names = await files.list(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  return names
    .flatMap((name): KeptBackup[] => {
      const madeAt = parseBackupName(name, vaultId);
      return madeAt === undefined ? [] : [{ path: join(folder, name), madeAt }];
    })
    .sort((a, b) => b.madeAt - a.madeAt);
}

/** Makes a backup of that moment in the folder, then removes what has been outlived. */
export async function addBackup(
  files: VaultFiles,
  folder: string,
  vault: Pick<Vault, 'id'> & { backUp(to: string): Promise<BackupDescription> },
  now: number,
): Promise<KeptBackup> {
  await files.makeFolder(folder);
  const path = join(folder, backupName(vault.id, now));
  await vault.backUp(path);
  for (const old of outlived(await listBackups(files, folder, vault.id))) {
    await removeIfThere(files, old.path);
  }
  return { path, madeAt: now };
}

/**
 * Whether the newest backup is a day old. One that a clock set forward has dated far ahead says nothing: it neither keeps the
 * next ones away nor makes one come at every look.
 */
export function isBackupDue(backups: readonly KeptBackup[], now: number): boolean {
  const newest = backups.find(({ madeAt }) => madeAt - now < DAY);
  return newest === undefined || now - newest.madeAt >= DAY;
}

/** Of backups from the newest to the oldest, those that nobody needs any more. */
export function outlived(backups: readonly KeptBackup[]): readonly KeptBackup[] {
  // The first of each week stays the first, whatever is made or removed later.
  const firstOfWeek = new Map(backups.map((backup) => [Math.floor(backup.madeAt / WEEK), backup]));
  const kept = new Set([...backups.slice(0, NEWEST), ...[...firstOfWeek.values()].slice(0, WEEKS)]);
  return backups.filter((backup) => !kept.has(backup));
}

/** `0123456789abcdef-1764000000000.kwb`: says which vault and when, and no name. */
function backupName(vaultId: string, now: number): string {
  return `${vaultId.slice(0, 16)}-${String(Math.floor(now)).padStart(13, '0')}.kwb`;
}

function parseBackupName(name: string, vaultId: string): number | undefined {
  const [, id, digits] = /^([0-9a-f]{16})-(\d{13})\.kwb$/.exec(name) ?? [];
  return id === vaultId.slice(0, 16) ? Number(digits) : undefined;
}
