import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Vault } from '../../../electron/vault/vault.ts';
import { writeNote } from './sample-schema.ts';
import { SmallDisk } from './small-disk.ts';
import { TemporaryVault } from './temporary-vault.ts';

const RESERVE = 65_536;

const write = (vault: Vault, name: string) => vault.turn((turn) => turn.record(writeNote(name)));
const urgently = (vault: Vault, name: string) =>
  vault.turn((turn) => turn.record({ ...writeNote(name), urgent: true }));
const names = (vault: Vault) =>
  vault.turn(({ db }) => db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map((n) => n.name));
const unavailable = { code: 'ledger-unavailable' };

/** An open vault that has its reserve, on a disk with room for so many bytes more. */
async function onDiskWith(room: number): Promise<{ folder: TemporaryVault; disk: SmallDisk; vault: Vault }> {
  const folder = await TemporaryVault.make();
  const disk = new SmallDisk();
  const vault = await folder.open(disk.files);
  while (!(await readdir(folder.directory)).includes('reserve')) await names(vault);
  disk.capacity = disk.used + room;
  return { folder, disk, vault };
}

describe('a vault on a full disk', () => {
  it('refuses ordinary writes, and takes what must not wait from its reserve', async () => {
    const { folder, disk, vault } = await onDiskWith(2_000);
    const kept: string[] = [];
    for (let i = 0; ; i++) {
      try {
        await write(vault, `n${i}`);
        kept.push(`n${i}`);
      } catch (error) {
        expect(error).toMatchObject(unavailable);
        break;
      }
    }
    expect(kept.length).toBeGreaterThan(0);
    expect(vault.onlyUrgent()).toBe(true);
    expect(await readdir(folder.directory)).not.toContain('reserve');
    await expect(write(vault, 'ordinary')).rejects.toMatchObject(unavailable);
    for (let i = 0; i < 50; i++) await urgently(vault, `u${i}`);
    await expect(write(vault, 'ordinary')).rejects.toMatchObject(unavailable);
    expect(await names(vault)).toHaveLength(kept.length + 50);

    // Room again: the reserve is made anew first, then everything is taken.
    disk.capacity += 1_000_000;
    folder.now += 60_000;
    await expect
      .poll(() =>
        write(vault, 'later').then(
          () => 'taken',
          () => 'refused',
        ),
      )
      .toBe('taken');
    expect(vault.onlyUrgent()).toBe(false);
    expect((await stat(join(folder.directory, 'reserve'))).size).toBe(RESERVE);
    const live = await names(vault);
    await vault.close();
    expect(await folder.verify()).toMatchObject({ records: live.length });
    expect(await names(await folder.open())).toEqual(live);
  });

  it('does not think that there is room because its own reserve is gone', async () => {
    const { folder, vault } = await onDiskWith(500);
    while (!vault.onlyUrgent()) await write(vault, 'x').catch(() => undefined);
    for (let i = 0; i < 5; i++) {
      folder.now += 60_000;
      await expect(write(vault, 'ordinary')).rejects.toMatchObject(unavailable);
    }
    await urgently(vault, 'u');
    expect(await names(vault)).toContain('u');
  });

  it('refuses even what must not wait, without losing anything, when the reserve is used up', async () => {
    const { folder, vault } = await onDiskWith(500);
    while (!vault.onlyUrgent()) await write(vault, 'x').catch(() => undefined);
    const kept: string[] = [];
    for (let i = 0; ; i++) {
      const name = `u${String(i).padStart(4, '0')}`;
      try {
        await urgently(vault, name);
        kept.push(name);
      } catch (error) {
        expect(error).toMatchObject(unavailable);
        break;
      }
    }
    expect(kept.length).toBeGreaterThan(50);
    await vault.close();
    await folder.verify();
    expect((await names(await folder.open())).filter((name) => name.startsWith('u'))).toEqual(kept);
  });

  it('opens and closes there', async () => {
    const { folder, disk, vault } = await onDiskWith(100_000);
    await write(vault, 'a');
    await vault.close();
    disk.capacity = disk.used + 300;
    const again = await folder.open(disk.files);
    expect(await names(again)).toEqual(['a']);
    await again.close();
  });
});
