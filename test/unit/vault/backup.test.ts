import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseRecoveryKit } from '../../../electron/crypto/recovery-kit.ts';
import {
  addBackup,
  defaultBackupFolder,
  isBackupDue,
  listBackups,
  outlived,
} from '../../../electron/vault/backup-folder.ts';
import { exportVault } from '../../../electron/vault/export-vault.ts';
import { nodeFiles } from '../../../electron/vault/node-files.ts';
import { openVault } from '../../../electron/vault/open-vault.ts';
import { restoreBackup, verifyBackup } from '../../../electron/vault/restore-backup.ts';
import type { WayIn } from '../../../electron/vault/way-in.ts';
import { FaultyFiles } from './faulty-files.ts';
import { PASSPHRASE, QUICK_KDF } from './quick-kdf.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const proof: WayIn = { passphrase: PASSPHRASE };
const context = (owner: string) => ({ mount: 'mount', owner, version: 1 });

/** A vault with a snapshot, a tail and two epochs. */
async function lived(): Promise<{ folder: TemporaryVault; kit: string }> {
  const folder = await TemporaryVault.make();
  const vault = await folder.open();
  const kit = await vault.ways.addRecoveryKit(proof);
  await vault.turn((turn) => turn.record(writeNote('a', turn.sealValue(Buffer.from('A'), context('a')))));
  await vault.ways.rekey(proof);
  await vault.close();
  const again = await folder.open();
  await again.turn((turn) => turn.record(writeNote('b', turn.sealValue(Buffer.from('B'), context('b')))));
  return { folder, kit };
}

const file = (folder: TemporaryVault) => join(folder.directory, '..', 'backup.kwb');
const backUp = ({ directory, ports }: ReturnType<TemporaryVault['options']>, to: string) =>
  exportVault({ directory, ...proof, to, ports, kdf: QUICK_KDF });
const restored = (folder: TemporaryVault) => {
  const elsewhere = new TemporaryVault(`${folder.directory}-restored`, folder.schema);
  const restore = (wayIn: WayIn) =>
    restoreBackup({
      from: file(folder),
      directory: elsewhere.directory,
      random: randomBytes,
      kdf: QUICK_KDF,
      ...wayIn,
    });
  return { elsewhere, restore };
};

describe('a backup', () => {
  it('of a vault that is open and written to holds all of one moment, and opens elsewhere with any way in', async () => {
    const { folder, kit } = await lived();
    const described = await backUp(folder.options(), file(folder));
    const { records } = await folder.verify();
    expect(described).toMatchObject({ sequence: records, epoch: 2, term: 1, createdAt: folder.now });
    const byKit: WayIn = { secret: { kind: 'recovery-kit', bytes: parseRecoveryKit(kit) } };
    expect((await verifyBackup({ from: file(folder), ...byKit })).since).toBe(0);
    const { elsewhere, restore } = restored(folder);
    expect(await restore(byKit)).toEqual(described);
    expect(await elsewhere.verify()).toEqual(await folder.verify());

    const vault = await elsewhere.open();
    expect(vault.quarantine).toMatchObject({ reason: 'restored', found: { sequence: records } });
    const confirmed = await vault.confirm();
    onTestFinished(() => confirmed.close());
    await confirmed.turn((turn) => {
      for (const { name, value } of turn.db.all<{ name: string; value: never }>(
        'SELECT name, value FROM notes',
      )) {
        expect(Buffer.from(turn.revealValue(value, context(name))).toString()).toBe(name.toUpperCase());
      }
    });
    await confirmed.close();
    expect((await elsewhere.open()).quarantine).toBeUndefined();
  });

  it('is written by the open vault itself, while others write', async () => {
    const { folder } = await lived();
    const { directory: _, ...options } = folder.options();
    const copy = await folder.copy();
    await rm(join(copy.directory, 'lock'));
    const vault = await openVault({ ...options, directory: copy.directory });
    onTestFinished(() => vault.close());
    let over = false;
    const writing = (async () => {
      for (let i = 0; !over; i++) await vault.turn((turn) => turn.record(writeNote(`n${i}`)));
    })();
    const before = vault.head().sequence;
    const described = await vault.backUp(file(folder));
    over = true;
    await writing;
    expect(described.sequence).toBeGreaterThanOrEqual(before);
    expect(described.sequence).toBeLessThanOrEqual(vault.head().sequence);
    await verifyBackup({ from: file(folder), ...proof, kdf: QUICK_KDF });
  });

  it('with one byte changed, or cut anywhere, or continued, is refused and leaves nothing behind', async () => {
    const { folder } = await lived();
    await backUp(folder.options(), file(folder));
    const good = await readFile(file(folder));
    const { elsewhere, restore } = restored(folder);
    const refused = async (bytes: Uint8Array) => {
      await writeFile(file(folder), bytes);
      const error = await restore(proof).then(
        () => undefined,
        (thrown) => thrown as { code: string },
      );
      expect(['vault-damaged', 'vault-newer', 'unlock-failed']).toContain(error?.code);
    };
    await refused(Buffer.concat([good, Buffer.of(0)]));
    await refused(Buffer.of());
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        await refused(good.with(at, (good[at] ?? 0) ^ flip));
        await refused(good.subarray(0, at));
      }),
      {
        numRuns: 40,
        examples: [
          [8, 3],
          [9, 1],
          [good.length - 1, 1],
        ],
      },
    );
    await expect(stat(elsewhere.directory)).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(file(folder), good);
    await restore(proof);
  });

  it('leaves nothing in the way of the next try where the disk fails in the middle', async () => {
    const { folder } = await lived();
    await backUp(folder.options(), file(folder));
    const { elsewhere, restore } = restored(folder);
    for (const at of [3, 4, 5]) {
      const faulty = new FaultyFiles();
      faulty.fault = (call, path, count) =>
        call === 'write' && path.startsWith(elsewhere.directory) && count >= at ? 'ENOSPC' : undefined;
      const options = {
        from: file(folder),
        directory: elsewhere.directory,
        random: randomBytes,
        kdf: QUICK_KDF,
      };
      await expect(restoreBackup({ ...options, ...proof, files: faulty.files })).rejects.toMatchObject({
        code: 'ledger-unavailable',
      });
    }
    await restore(proof);
    expect((await elsewhere.open()).quarantine?.reason).toBe('restored');
  });

  it('says no name and no value, and does not open with a wrong way in', async () => {
    const { folder } = await lived();
    await backUp(folder.options(), file(folder));
    const text = (await readFile(file(folder))).toString('latin1');
    expect(text).not.toContain('note/');
    const wrong = { from: file(folder), passphrase: Buffer.from('wrong'), kdf: QUICK_KDF };
    await expect(verifyBackup(wrong)).rejects.toMatchObject({ code: 'unlock-failed' });
    await expect(verifyBackup({ ...wrong, from: 'nowhere.kwb' })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect((await stat(file(folder))).mode & 0o777).toBe(0o600);
  });

  it('is not restored over a vault, nor over what is left of one', async () => {
    const { folder } = await lived();
    await backUp(folder.options(), file(folder));
    const { elsewhere, restore } = restored(folder);
    await mkdir(join(elsewhere.directory, 'ledger'), { recursive: true });
    await writeFile(join(elsewhere.directory, 'ledger', '00000001.kwl'), '');
    await expect(restore(proof)).rejects.toMatchObject({ code: 'vault-exists' });
  });
});

describe('the backups beside a vault', () => {
  it('are made once a day, and the outlived ones go', async () => {
    const { folder } = await lived();
    const copy = await folder.copy();
    await rm(join(copy.directory, 'lock'));
    const vault = await openVault({ ...folder.options(), directory: copy.directory });
    onTestFinished(() => vault.close());
    const backups = defaultBackupFolder(copy.directory);
    expect(await listBackups(nodeFiles, backups, vault.id)).toEqual([]);
    expect(isBackupDue([], 1)).toBe(true);
    const day = 86_400_000;
    for (let i = 0; i < 10; i++) await addBackup(nodeFiles, backups, vault, 1_700_000_000_000 + i * day);
    const kept = await listBackups(nodeFiles, backups, vault.id);
    expect(kept).toHaveLength(9);
    expect(isBackupDue(kept, (kept[0]?.madeAt ?? 0) + day - 1)).toBe(false);
    expect(isBackupDue(kept, (kept[0]?.madeAt ?? 0) + day)).toBe(true);
    await writeFile(join(backups, 'someone-else.txt'), '');
    expect(await listBackups(nodeFiles, backups, 'f'.repeat(32))).toEqual([]);
    for (const { path } of kept) await verifyBackup({ from: path, ...proof, kdf: QUICK_KDF });
    expect(await readdir(backups)).toHaveLength(10);
  });

  it('are the newest seven and one a week before them, over five weeks and more', () => {
    const day = 86_400_000;
    let kept = Array.from({ length: 0 }, () => ({ path: '', madeAt: 0 }));
    for (let i = 0; i < 200; i++) {
      kept = [{ path: String(i), madeAt: 1e12 + i * day }, ...kept];
      const gone = new Set(outlived(kept));
      kept = kept.filter((backup) => !gone.has(backup));
    }
    expect(kept.length).toBeLessThanOrEqual(12);
    expect(199 - Number(kept.at(-1)?.path)).toBeGreaterThanOrEqual(35);
    expect(kept[0]?.path).toBe('199');
  });

  it('lose no more than one of them to a clock that was a year ahead for a minute, and go on once a day', () => {
    const day = 86_400_000;
    let kept: { path: string; madeAt: number }[] = [];
    const make = (madeAt: number) => {
      kept = [{ path: String(madeAt), madeAt }, ...kept].sort((a, b) => b.madeAt - a.madeAt);
      const gone = new Set(outlived(kept));
      kept = kept.filter((backup) => !gone.has(backup));
    };
    for (let i = 0; i < 10; i++) make(1e12 + i * day);
    const before = kept;
    const now = 1e12 + 9 * day + 60_000;
    expect(isBackupDue(kept, now + 365 * day)).toBe(true);
    make(now + 365 * day);
    expect(before.filter((backup) => !kept.includes(backup)).length).toBeLessThanOrEqual(1);
    // The clock is right again: none at every look, and one tomorrow.
    expect([isBackupDue(kept, now), isBackupDue(kept, now + day / 2), isBackupDue(kept, now + day)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
