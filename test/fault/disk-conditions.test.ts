import { mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../electron/vault/node-files.ts';
import type { Vault } from '../../electron/vault/vault.ts';
import { FaultyFiles } from '../unit/vault/faulty-files.ts';
import { writeNote } from '../unit/vault/sample-schema.ts';
import { TemporaryVault } from '../unit/vault/temporary-vault.ts';

const unavailable = { code: 'ledger-unavailable' };
const names = (vault: Vault) =>
  vault.turn(({ db }) => db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map((n) => n.name));
const write = (vault: Vault, name: string) => vault.turn((turn) => turn.record(writeNote(name)));

/** What can happen to a folder under an open vault, and how it comes to an end. */
interface Condition {
  readonly what: string;
  begin(folder: TemporaryVault, disk: FaultyFiles): Promise<void>;
  end(folder: TemporaryVault, disk: FaultyFiles): Promise<void>;
}

const failing = (what: string, code: string): Condition => ({
  what,
  begin: async (_, disk) => {
    disk.fault = () => code;
  },
  end: async (_, disk) => {
    disk.fault = () => undefined;
  },
});

const CONDITIONS: readonly Condition[] = [
  failing('the disk fails', 'EIO'),
  failing('the disk is full', 'ENOSPC'),
  failing('the quota is used up', 'EDQUOT'),
  failing('the right to write is lost', 'EACCES'),
  failing('the file system goes read-only', 'EROFS'),
  failing('no file can be opened any more', 'EMFILE'),
  failing('a network folder goes stale', 'ESTALE'),
  {
    what: 'the folder is moved away',
    begin: (folder) => rename(folder.directory, `${folder.directory}.away`),
    end: (folder) => rename(`${folder.directory}.away`, folder.directory),
  },
  {
    what: 'the ledger is moved away',
    begin: (folder) => rename(join(folder.directory, 'ledger'), join(folder.directory, 'elsewhere')),
    end: (folder) => rename(join(folder.directory, 'elsewhere'), join(folder.directory, 'ledger')),
  },
];

describe('an open vault, when', () => {
  it.each(CONDITIONS)(
    '$what in mid-write: callers get an error, nothing is lost, it recovers by itself',
    async ({ begin, end }) => {
      const folder = await TemporaryVault.make();
      const disk = new FaultyFiles();
      const vault = await folder.open(disk.files);
      const kept: string[] = [];
      const tryAll = async (prefix: string) => {
        const before = kept.length;
        const one = async (name: string) => {
          try {
            await write(vault, name);
            kept.push(name);
          } catch (error) {
            expect(error).toMatchObject(unavailable);
          }
        };
        await Promise.all(Array.from({ length: 8 }, (_, i) => one(`${prefix}${i}`)));
        return kept.length - before;
      };
      for (let round = 0; round < 3; round++) {
        await tryAll(`before${round}-`);
        const going = tryAll(`during${round}-`);
        await begin(folder, disk);
        await going;
        expect(await tryAll(`gone${round}-`)).toBe(0);
        await vault.snapshot().catch((error) => expect(error).toMatchObject(unavailable));
        // Reading goes on from memory.
        expect(await names(vault)).toEqual(kept.toSorted());
        await end(folder, disk);
        folder.now += 60_000;
        await write(vault, `after${round}`);
        kept.push(`after${round}`);
      }
      await vault.close();
      await folder.verify();
      expect(await names(await folder.open())).toEqual(kept.toSorted());
    },
  );

  it('its segment is removed for good: no write is taken that nobody would find again', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await write(vault, 'a');
    await unlink(folder.segment(1));
    await expect(write(vault, 'b')).rejects.toMatchObject(unavailable);
    expect(await names(vault)).toEqual(['a']);
  });

  it('its segment is written to by somebody else: theirs stays, and ours goes elsewhere', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await write(vault, 'a');
    const before = await readFile(folder.segment(1));
    await writeFile(folder.segment(1), Buffer.concat([before, Buffer.from('something of theirs')]));
    await expect(write(vault, 'b')).rejects.toMatchObject(unavailable);
    await write(vault, 'c');
    await vault.close();
    expect((await readFile(folder.segment(1))).subarray(before.length).toString()).toBe(
      'something of theirs',
    );
    await rm(join(folder.directory, 'snapshots'), { recursive: true });
    expect(await names(await folder.open())).toEqual(['a', 'c']);
  });

  it('its folder is replaced by an empty one: nothing is begun there', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await write(vault, 'a');
    await rename(folder.directory, `${folder.directory}.away`);
    await mkdir(folder.directory);
    await expect(write(vault, 'b')).rejects.toMatchObject(unavailable);
    await vault.close();
    expect((await nodeFiles.list(folder.directory)).filter((name) => name !== 'snapshots')).toEqual([]);
  });
});
