import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { jsonFileWriter, readJsonFile } from '../json-file.ts';

const note = z.object({ folder: z.string(), vaultId: z.string() }).nullable();

/** Where the sample lies and which vault knows it: written before it is made, so that a crash leaves no orphan. */
export interface SampleLeftovers {
  /** Chooses a folder and notes it. `shared`: the server runs as another user, who cannot enter ours. */
  begin(vaultId: string, shared: boolean): Promise<string>;
  /** Ends a server that a crash has left, and deletes its files. @returns the vault that still knows it. */
  sweep(): Promise<string | undefined>;
  /** Deletes the files and the note. */
  finish(): Promise<void>;
}

const PREFIX = 'keywarden-sample-';

/** The note lies in the user data folder, and so do the files where the server's user can enter it. */
export function sampleLeftovers(userData: string): SampleLeftovers {
  const file = join(userData, 'sample.json');
  const own = join(userData, 'sample');
  const write = jsonFileWriter(file);
  const noted = () => readJsonFile(file, note, null);
  const removeFiles = async (folder: string): Promise<void> => {
    // The note is a file that anything could have changed: nothing else than a folder of ours is ever deleted.
    if (folder !== own && !basename(folder).startsWith(PREFIX)) return;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    async begin(vaultId, shared) {
      const folder = shared ? await mkdtemp(join(tmpdir(), PREFIX)) : own;
      await write({ folder, vaultId });
      return folder;
    },
    async sweep() {
      const found = await noted();
      if (!found) return undefined;
      await endOrphan(join(found.folder, 'data'));
      await removeFiles(found.folder);
      return found.vaultId;
    },
    async finish() {
      const found = await noted();
      if (found) await removeFiles(found.folder);
      await rm(file, { force: true });
    },
  };
}

/** Ends the server of that data folder, if the process that its pid file names really is it. */
async function endOrphan(data: string): Promise<void> {
  const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  for (let attempt = 0; attempt < 50 && (await isServerOf(pid, data)); attempt++) {
    if (attempt === 0) endServer(pid);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function endServer(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT');
  } catch {
    // It has ended meanwhile, or is not ours to end.
  }
}

async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (process.platform === 'win32') return false; // it lives in our job there and ends with us
  try {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)]);
    return stdout.includes(data);
  } catch {
    return false;
  }
}
