import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeCanonical } from '../../../electron/crypto/canonical-json.ts';
import type { Vault } from '../../../electron/vault/vault.ts';
import { type FaultyCall, FaultyFiles } from './faulty-files.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const write = (vault: Vault, name: string) => vault.turn((turn) => turn.record(writeNote(name)));
const names = (vault: Vault) =>
  vault.turn(({ db }) => db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map((n) => n.name));
const inLedger = (path: string) => path.includes('ledger');

describe('a batch that cannot be appended', () => {
  it('is undone, its callers know, and the next one goes to a new segment', async () => {
    const folder = await TemporaryVault.make();
    const disk = new FaultyFiles();
    const vault = await folder.open(disk.files);
    await write(vault, 'a');
    const acknowledged = vault.head();
    disk.fault = (call, path) => (call === 'sync' && inLedger(path) ? 'EIO' : undefined);
    const failing = expect(write(vault, 'b')).rejects.toMatchObject({ code: 'ledger-unavailable' });
    const relying = vault.turn(({ db }) => db.all('SELECT * FROM notes'));
    await expect(relying).rejects.toMatchObject({ code: 'ledger-unavailable' });
    await failing;
    disk.fault = () => undefined;
    folder.now += 60_000;
    expect(await names(vault)).toEqual(['a']);
    expect(vault.head()).toEqual(acknowledged);
    await write(vault, 'c');
    await vault.close();
    expect(await readdir(join(folder.directory, 'ledger'))).toHaveLength(2);
    expect((await folder.verify()).records).toBe(2);
    expect(await names(await folder.open())).toEqual(['a', 'c']);
  });

  it('never syncs a descriptor again whose fsync has failed', async () => {
    const folder = await TemporaryVault.make();
    const disk = new FaultyFiles();
    const vault = await folder.open(disk.files);
    const synced: string[] = [];
    disk.fault = (call, path) => {
      if (call === 'sync') synced.push(path);
      return call === 'sync' && synced.length === 1 ? 'EIO' : undefined;
    };
    await expect(write(vault, 'a')).rejects.toMatchObject({ code: 'ledger-unavailable' });
    await write(vault, 'b');
    await vault.close();
    expect(synced.filter((path) => path === folder.segment(1))).toHaveLength(1);
  });

  it('makes the vault read-only while the disk is gone, and writable again when it is back', async () => {
    const folder = await TemporaryVault.make();
    const disk = new FaultyFiles();
    const vault = await folder.open(disk.files);
    await write(vault, 'a');
    disk.fault = (_, path) => (path.includes('vault') ? 'EROFS' : undefined);
    for (let i = 0; i < 5; i++) {
      await expect(write(vault, 'b')).rejects.toMatchObject({ code: 'ledger-unavailable' });
      expect(await names(vault)).toEqual(['a']);
    }
    const tried = disk.calls.get('stat');
    await expect(write(vault, 'b')).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(disk.calls.get('stat'), 'no try before the back-off is over').toBe(tried);
    disk.fault = () => undefined;
    folder.now += 60_000;
    await write(vault, 'c');
    await vault.close();
    expect(await names(await folder.open())).toEqual(['a', 'c']);
  });

  it('tries again when the wall clock was set back meanwhile', async () => {
    const folder = await TemporaryVault.make();
    const disk = new FaultyFiles();
    const vault = await folder.open(disk.files);
    disk.fault = () => 'EIO';
    await expect(write(vault, 'a')).rejects.toMatchObject({ code: 'ledger-unavailable' });
    disk.fault = () => undefined;
    folder.now -= 86_400_000;
    await write(vault, 'b');
  });

  const calls: readonly FaultyCall[] = ['write', 'sync', 'open', 'rename', 'syncFolder', 'truncate', 'stat'];

  it.each(calls)('loses nothing acknowledged and keeps nothing refused, whichever %s fails', async (call) => {
    for (let n = 1; n <= 10; n++) {
      const folder = await TemporaryVault.make();
      const disk = new FaultyFiles();
      const vault = await folder.open(disk.files);
      const begun = disk.calls.get(call) ?? 0;
      // From the nth call on, three of them fail; a failing sync besides, so that the rarer calls happen at all.
      disk.fault = (made, _, count) => {
        if (made === call && count - begun >= n && count - begun < n + 3) return 'EIO';
        return made === 'sync' && call !== 'sync' && count % 7 === 0 ? 'EIO' : undefined;
      };
      const acknowledged: string[] = [];
      for (let i = 0; i < 12; i++) {
        folder.now += 60_000;
        const name = `n${String(i).padStart(2, '0')}`;
        await write(vault, name).then(
          () => acknowledged.push(name),
          (error) => expect(error).toMatchObject({ code: 'ledger-unavailable' }),
        );
        expect(await names(vault)).toEqual(acknowledged);
      }
      disk.fault = () => undefined;
      await vault.close();
      expect((await folder.verify()).records).toBe(acknowledged.length);
      expect(await names(await folder.open())).toEqual(acknowledged);
    }
  });
});

describe('a vault whose folder somebody else has taken', () => {
  it('appends nothing more, and cuts off nothing that the other has written behind it', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await write(vault, 'a');
    const theirs = { bootId: 'theirs', host: 'the-other-laptop', nonce: 'theirs', pid: 1, startTime: '1' };
    await writeFile(join(folder.directory, 'lock'), encodeCanonical(theirs));
    await appendFile(folder.segment(1), 'a frame of theirs');
    const before = await readFile(folder.segment(1));
    await expect(write(vault, 'b')).rejects.toMatchObject({ code: 'ledger-unavailable' });
    folder.now += 60_000;
    await expect(write(vault, 'c')).rejects.toMatchObject({ code: 'ledger-unavailable' });
    await vault.close();
    expect(await readFile(folder.segment(1))).toEqual(before);
    expect(await readdir(join(folder.directory, 'ledger'))).toEqual(['00000001.kwl']);
    const snapshots = await readdir(join(folder.directory, 'snapshots'));
    expect(snapshots.filter((name) => name.endsWith('.kws'))).toEqual([]);
  });
});
