import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { encodeCanonical } from '../../../electron/crypto/canonical-json.ts';
import { type FolderLock, takeLock } from '../../../electron/vault/folder-lock.ts';
import { type ProcessIdentity, thisProcess } from '../../../electron/vault/machine.ts';
import { nodeFiles } from '../../../electron/vault/node-files.ts';

const inUse = { code: 'vault-in-use' };

describe('the lock of a folder', () => {
  let root: string;
  let path: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kw-lock-'));
    path = join(root, 'lock');
    return () => rm(root, { recursive: true, force: true });
  });

  async function take(folder = root): Promise<FolderLock> {
    const lock = await takeLock(nodeFiles, folder, join(folder, 'lock'), randomBytes);
    onTestFinished(() => lock.release());
    return lock;
  }

  const leave = (writer: Partial<ProcessIdentity>) =>
    writeFile(path, encodeCanonical({ ...thisProcess(), nonce: 'another', ...writer }));

  it('keeps others out until it is released, and leaves nothing behind', async () => {
    const lock = await take();
    await expect(take()).rejects.toMatchObject(inUse);
    await lock.release();
    expect(await readdir(root)).toEqual([]);
    await take();
  });

  it('knows the folder under any of its names', async () => {
    const alias = `${root}-alias`;
    await symlink(root, alias);
    onTestFinished(() => rm(alias));
    await take();
    await expect(take(alias)).rejects.toMatchObject(inUse);
  });

  it('does not mind what a killed process left behind', async () => {
    await leave({ pid: 2 ** 22 + 1, startTime: '1' });
    await take();
  });

  it('tells a later process from the one that wrote the file, though it has the same number', async () => {
    await leave({ pid: process.ppid, startTime: '1' });
    await take();
  });

  it('does not mind what was left before this machine started', async () => {
    await leave({ bootId: 'earlier' });
    await take();
  });

  it('does not mind a file that was never written whole', async () => {
    await writeFile(path, '{"bootId":"');
    await take();
  });

  it('keeps out while a process that we can see but not hear is alive', async () => {
    const { startTime } = JSON.parse(await startOf(process.ppid));
    await leave({ pid: process.ppid, startTime });
    await expect(take()).rejects.toMatchObject(inUse);
  });

  it('leaves it to a person when another machine wrote the file, and says which', async () => {
    await leave({ host: 'the-other-laptop', bootId: 'theirs' });
    await expect(take()).rejects.toThrow(/the-other-laptop/);
    expect(hostname()).not.toBe('the-other-laptop');
    await rm(path);
    await take();
  });

  it('notices when someone else has taken the folder meanwhile, and does not release what is theirs', async () => {
    const lock = await take();
    await lock.check();
    await leave({ host: 'the-other-laptop' });
    await expect(lock.check()).rejects.toMatchObject(inUse);
    await lock.release();
    expect(await readFile(path, 'utf8')).toContain('the-other-laptop');
  });

  it('takes the folder again where its file was merely removed', async () => {
    const lock = await take();
    await rm(path);
    await lock.check();
    expect(await readdir(root)).toEqual(['lock']);
  });
});

/** What /proc says of when a process began, as the lock file would hold it. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return JSON.stringify({ startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] });
}
