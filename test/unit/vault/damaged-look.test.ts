import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type OpenedVault, openVault } from '../../../electron/vault/open-vault.ts';
import type { Vault } from '../../../electron/vault/vault.ts';
import { PASSPHRASE } from './quick-kdf.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const write = (vault: Vault, name: string) => vault.turn((turn) => turn.record(writeNote(name)));
const names = (vault: Vault) =>
  vault.turn(({ db }) => db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map((n) => n.name));
const damage = { code: 'vault-damaged' };

async function look(folder: TemporaryVault): Promise<OpenedVault> {
  const vault = await openVault({ ...folder.options(), readDamaged: true });
  onTestFinished(() => vault.close());
  return vault;
}

/** Every file of the folder with its bytes and when it was written. */
async function everyFile(folder: TemporaryVault) {
  const paths = (await readdir(folder.directory, { recursive: true })).filter((path) => path !== 'lock');
  return Promise.all(
    paths.sort().map(async (path) => {
      const full = join(folder.directory, path);
      const { mtimeMs } = await stat(full);
      return [path, mtimeMs, path.includes('.') ? await readFile(full, 'hex') : ''];
    }),
  );
}

/** Notes a and b in a first segment, c and d in a second one. */
async function twoSegments(snapshots: 'with snapshots' | 'without'): Promise<TemporaryVault> {
  const folder = await TemporaryVault.make();
  const first = await folder.open();
  for (const name of ['a', 'b']) await write(first, name);
  await first.ways.rekey({ passphrase: PASSPHRASE });
  for (const name of ['c', 'd']) await write(first, name);
  await first.close();
  if (snapshots === 'without') await rm(join(folder.directory, 'snapshots'), { recursive: true });
  return folder;
}

async function flip(path: string, fromEnd: number): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length - fromEnd;
  await writeFile(path, bytes.with(at, (bytes[at] ?? 0) ^ 1));
}

describe('a damaged vault', () => {
  it('is refused with segment and record named; its last good state can be looked at, and no file changes', async () => {
    const folder = await twoSegments('without');
    await flip(folder.segment(2), 5);
    await expect(folder.open()).rejects.toThrow(/ledger\/00000002\.kwl, record \d+/);
    const before = await everyFile(folder);
    const vault = await look(folder);
    expect(vault.quarantine).toMatchObject({
      reason: 'damaged',
      damage: expect.stringMatching(/ledger\/00000002\.kwl, record \d+ does not authenticate/),
    });
    expect(await names(vault)).toEqual(['a', 'b', 'c']);
    const { records } = await vault.readRecords({ pathPrefix: 'note/' });
    expect(records.map(({ path }) => path)).toEqual(['note/c', 'note/b', 'note/a']);
    // What is decided there is forgotten, and there is nothing to confirm or to change.
    await write(vault, 'x');
    await expect(vault.confirm()).rejects.toMatchObject(damage);
    await expect(vault.ways.rekey({ passphrase: PASSPHRASE })).rejects.toMatchObject({
      code: 'vault-quarantined',
    });
    await vault.close();
    expect((await everyFile(folder)).filter(([path]) => path !== 'snapshots')).toEqual(
      before.filter(([path]) => path !== 'snapshots'),
    );
    expect(await names(await look(folder))).toEqual(['a', 'b', 'c']);
  });

  it.each([
    [
      'the header of its last segment',
      'without',
      (f: TemporaryVault) => flipAt(f.segment(2), 60),
      ['a', 'b'],
    ],
    ['a record in its first segment', 'without', (f: TemporaryVault) => flip(f.segment(1), 200), ['a']],
    [
      'a segment that is gone',
      'with snapshots',
      (f: TemporaryVault) => rm(f.segment(2)),
      ['a', 'b', 'c', 'd'],
    ],
  ] as const)('by %s (%s) shows what authenticates', async (_, snapshots, harm, expected) => {
    const folder = await twoSegments(snapshots);
    await harm(folder);
    await expect(folder.open()).rejects.toMatchObject(damage);
    const vault = await look(folder);
    expect(vault.quarantine?.reason).toBe('damaged');
    const found = await names(vault);
    expect(expected.slice(0, found.length)).toEqual(found);
    expect(found.length).toBeGreaterThan(0);
  });

  it('of which nothing can be read is refused as ever, and so is a wrong way in', async () => {
    const folder = await twoSegments('without');
    const { passphrase: _, ...options } = folder.options();
    await flipAt(folder.segment(1), 60);
    await expect(look(folder)).rejects.toMatchObject(damage);
    const wrong = openVault({ ...options, passphrase: Buffer.from('wrong'), readDamaged: true });
    await expect(wrong).rejects.toMatchObject({ code: 'unlock-failed' });
  });

  it('that is whole after all is simply opened', async () => {
    const folder = await twoSegments('with snapshots');
    const vault = await look(folder);
    expect(vault.quarantine).toBeUndefined();
    await write(vault, 'e');
    expect(await names(vault)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

async function flipAt(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, bytes.with(at, (bytes[at] ?? 0) ^ 1));
}
