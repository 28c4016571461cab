import { z } from 'zod';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { decodeCanonical, encodeCanonical } from '../crypto/canonical-json.ts';
import { holdName, type NameHold } from './held-name.ts';
import { isGone, type ProcessIdentity, thisProcess } from './machine.ts';
import type { RandomBytes, VaultFiles } from './ports.ts';
import { isMissing, removeIfThere, writeDurably } from './write-durably.ts';

const lockFile = z.strictObject({
  bootId: z.string(),
  host: z.string(),
  nonce: z.string(),
  pid: z.number().int(),
  startTime: z.string(),
});

/** Another machine has the folder, or had it when it was copied: whether it still runs cannot be seen from here. */
export class HeldElsewhere extends KeywardenError {}

/** The folder is ours: nobody else writes to it. */
export interface FolderLock {
  /** Throws `vault-in-use` where someone else has taken the folder meanwhile (a shared folder, a long sleep). */
  check(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the folder, or throws `vault-in-use`. A name that the kernel frees at our death keeps other processes of this
 * machine out; the file keeps out those that do not share the kernel.
 */
export async function takeLock(
  files: VaultFiles,
  root: string,
  path: string,
  random: RandomBytes,
): Promise<FolderLock> {
  const hold = await holdName(await files.realPath(root));
  if (!hold) throw new KeywardenError('vault-in-use');
  try {
    await refuseLiving(files, path);
    const nonce = Buffer.from(random(16)).toString('hex');
    return heldLock(files, path, nonce, hold, await writeLock(files, path, nonce));
  } catch (error) {
    await hold.release();
    throw error;
  }
}

function heldLock(
  files: VaultFiles,
  path: string,
  nonce: string,
  hold: NameHold,
  written: string,
): FolderLock {
  let identity = written;
  let released = false;
  return {
    check: async () => {
      // Else a late caller would take the folder again, and nobody would give it back.
      if (released) throw new KeywardenError('sealed');
      // One cheap call before each append; the nonce is read only where the file was touched.
      const found = await identityOf(files, path);
      if (found === identity) return;
      const writer = await readLock(files, path);
      if (writer && writer.nonce !== nonce) throw new KeywardenError('vault-in-use');
      // Removed, and nobody has taken it: it is still ours.
      identity = writer && found ? found : await writeLock(files, path, nonce);
    },
    release: async () => {
      released = true;
      try {
        if ((await readLock(files, path))?.nonce === nonce) await removeIfThere(files, path);
      } finally {
        await hold.release();
      }
    },
  };
}

/** Says how the written file is told from a later one. */
async function writeLock(files: VaultFiles, path: string, nonce: string): Promise<string> {
  await writeDurably(files, path, (file) => file.write(encodeCanonical({ ...thisProcess(), nonce }), 0));
  return (await files.stat(path)).identity;
}

async function identityOf(files: VaultFiles, path: string): Promise<string | undefined> {
  try {
    return (await files.stat(path)).identity;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function refuseLiving(files: VaultFiles, path: string): Promise<void> {
  const writer = await readLock(files, path);
  if (!writer || isGone(writer)) return;
  const Refusal = writer.host === thisProcess().host ? KeywardenError : HeldElsewhere;
  throw new Refusal(
    'vault-in-use',
    `Keywarden on ${writer.host} (process ${writer.pid}) has this vault open, or did not close it. ` +
      'If it runs no more, remove the file "lock" from the folder.',
  );
}

/** A lock file that does not parse was never written whole by us, and keeps nobody out. */
async function readLock(
  files: VaultFiles,
  path: string,
): Promise<(ProcessIdentity & { readonly nonce: string }) | undefined> {
  try {
    return lockFile.safeParse(decodeCanonical(await files.read(path))).data;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
