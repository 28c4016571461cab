import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defaultBackupFolder, listBackups } from '../../../electron/vault/backup-folder.ts';
import { keepBackups } from '../../../electron/vault/keep-backups.ts';
import { nodeFiles } from '../../../electron/vault/node-files.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { TemporaryVault } from './temporary-vault.ts';

async function kept() {
  const folder = await TemporaryVault.make();
  const vault = await folder.open();
  const clock = manualClock();
  const backups = defaultBackupFolder(folder.directory);
  const told: unknown[] = [];
  const keeping = keepBackups({ vault, folder: backups, clock, told: (error) => told.push(error) });
  onTestFinished(() => keeping.stop());
  return { clock, keeping, told, list: () => listBackups(nodeFiles, backups, vault.id) };
}

describe('the backups that make themselves', () => {
  it('come soon after opening and then once a day', async () => {
    const { clock, told, list } = await kept();
    expect(await list()).toEqual([]);
    clock.advance(20_000);
    await vi.waitFor(() => expect(told).toEqual([undefined]));
    const first = await list();
    expect(first).toHaveLength(1);
    for (let hours = 0; hours < 23; hours++) {
      await vi.waitFor(() => expect(clock.waiting()).toBe(1));
      clock.advance(3_600_000);
    }
    expect(told).toHaveLength(1);
    await vi.waitFor(() => expect(clock.waiting()).toBe(1));
    clock.advance(3_600_000);
    await vi.waitFor(() => expect(told).toHaveLength(2));
    expect(await list()).toHaveLength(2);
  });

  it('are made on demand, and no more once stopped', async () => {
    const { clock, keeping, told, list } = await kept();
    await keeping.make();
    expect(await list()).toHaveLength(1);
    await keeping.stop();
    clock.advance(100 * 3_600_000);
    expect(told).toEqual([]);
    await keeping.make();
    expect(await list()).toHaveLength(1);
  });
});
