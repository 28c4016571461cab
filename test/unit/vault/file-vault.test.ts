import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createVault } from '../../../electron/vault/create-vault.ts';
import { openVault } from '../../../electron/vault/open-vault.ts';
import { peekVault } from '../../../electron/vault/peek-vault.ts';
import type { Vault } from '../../../electron/vault/vault.ts';
import { verifyPassphrase } from '../../../electron/vault/verify-passphrase.ts';
import { sampleSchema, writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const context = { mount: 'mount-1', owner: 'owner-1', version: 1 };

const names = (vault: Vault) =>
  vault.turn(({ db }) => db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map((n) => n.name));

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a vault on disk', () => {
  it('gives back after closing and opening what was written, values included', async () => {
    const folder = await TemporaryVault.make();
    const first = await folder.open();
    const hash = await first.turn((turn) => {
      const sealed = turn.sealValue(Buffer.from('hunter2'), context);
      turn.record(writeNote('a', sealed));
      return sealed;
    });
    const head = first.head();
    await first.close();
    const second = await folder.open();
    expect(second.id).toBe(first.id);
    expect(second.head()).toEqual(head);
    const revealed = await second.turn((turn) => turn.revealValue(hash, context));
    expect(Buffer.from(revealed).toString()).toBe('hunter2');
    expect(await folder.verify()).toEqual({ records: 1, since: 0, hash: head.hash, torn: 0 });
  });

  it('gives it back from the ledger alone when every snapshot is gone', async () => {
    const folder = await TemporaryVault.make();
    for (const round of ['a', 'b', 'c']) {
      const vault = await folder.open();
      await vault.turn((turn) => turn.record(writeNote(round)));
      await vault.close();
    }
    expect(await readdir(join(folder.directory, 'snapshots'))).toHaveLength(2);
    await rm(join(folder.directory, 'snapshots'), { recursive: true });
    expect(await names(await folder.open())).toEqual(['a', 'b', 'c']);
  });

  it('passes over a damaged snapshot', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await vault.turn((turn) => turn.record(writeNote('a')));
    await vault.close();
    const [name = ''] = await readdir(join(folder.directory, 'snapshots'));
    const path = join(folder.directory, 'snapshots', name);
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await names(await folder.open())).toEqual(['a']);
  });

  it('refuses a wrong passphrase, and is free again afterwards', async () => {
    const folder = await TemporaryVault.make();
    const wrong = { ...folder.options(), passphrase: Buffer.from('wrong') };
    await expect(openVault(wrong)).rejects.toMatchObject({ code: 'unlock-failed' });
    await folder.open();
  });

  it('tells whether a passphrase is right while it is open', async () => {
    const folder = await TemporaryVault.make();
    await folder.open();
    const { directory, passphrase, kdf } = folder.options();
    await verifyPassphrase({ directory, passphrase, kdf });
    const wrong = verifyPassphrase({ directory, passphrase: Buffer.from('wrong'), kdf });
    await expect(wrong).rejects.toMatchObject({ code: 'unlock-failed' });
  });

  it('refuses a header of a newer version, and one with any byte changed', async () => {
    const folder = await TemporaryVault.make();
    const path = join(folder.directory, 'vault.kwh');
    const good = await readFile(path);
    const put = (at: number, value: number) => writeFile(path, good.with(at, value));
    await put(8, 4);
    await expect(folder.open()).rejects.toMatchObject({ code: 'vault-newer' });
    for (let at = 0; at < good.length; at += 13) {
      if (at === 8) continue;
      await put(at, (good[at] ?? 0) ^ 1);
      await expect(folder.open()).rejects.toMatchObject({ code: 'vault-damaged' });
    }
    for (const length of [0, 8, 12, good.length - 1]) {
      await writeFile(path, good.subarray(0, length));
      await expect(folder.open()).rejects.toMatchObject({ code: 'vault-damaged' });
    }
  });

  it('refuses a folder without a vault, and leaves nothing in it', async () => {
    const folder = await TemporaryVault.make();
    const elsewhere = join(folder.directory, '..', 'empty');
    await mkdir(elsewhere);
    const options = { ...folder.options(), directory: elsewhere };
    await expect(openVault(options)).rejects.toMatchObject({ code: 'vault-missing' });
    expect(await readdir(elsewhere)).toEqual([]);
    await expect(openVault({ ...options, directory: join(elsewhere, 'no') })).rejects.toMatchObject({
      code: 'vault-missing',
    });
  });

  it('is never made over another one, nor over what is left of one', async () => {
    const folder = await TemporaryVault.make();
    await expect(createVault(folder.options())).rejects.toMatchObject({ code: 'vault-exists' });
    await rm(join(folder.directory, 'vault.kwh'));
    await expect(createVault(folder.options())).rejects.toMatchObject({ code: 'vault-exists' });
  });

  it('refuses a ledger with changes that only a newer version knows', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await vault.turn((turn) => turn.record(writeNote('a')));
    await vault.close();
    const older = { ...folder.options(), schema: { changes: [], migrations: [] } };
    await expect(openVault(older)).rejects.toMatchObject({ code: 'vault-newer' });
    await rm(join(folder.directory, 'snapshots'), { recursive: true });
    await expect(openVault(older)).rejects.toMatchObject({ code: 'vault-newer' });
    await folder.open();
  });

  it('runs migrations of a later version on opening, once', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await vault.turn((turn) => turn.record(writeNote('a')));
    await vault.close();
    const migrations = [
      ...sampleSchema.migrations,
      { id: 'note/002-starred', sql: 'ALTER TABLE notes ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;' },
    ];
    for (let round = 0; round < 2; round++) {
      const newer = await openVault({ ...folder.options(), schema: { ...sampleSchema, migrations } });
      expect(await newer.turn(({ db }) => db.get('SELECT starred FROM notes'))).toEqual({ starred: 0 });
      await newer.turn((turn) => turn.record(writeNote('b')));
      await newer.close();
    }
  });

  it('can be looked at without the passphrase, which shows no name; it says its name once it is open', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    expect(await peekVault(folder.directory)).toEqual({ id: vault.id, createdAt: folder.now });
    expect(vault.name).toBe('Test');
  });

  it('is closed to others on disk: folders 0700, files 0600', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await vault.turn((turn) => turn.record(writeNote('a')));
    await vault.close();
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    for (const name of ['', 'ledger', 'snapshots'])
      expect(await mode(join(folder.directory, name))).toBe(0o700);
    for (const path of await filesIn(folder.directory)) expect(await mode(path)).toBe(0o600);
  });

  it('S2: holds no name, path, actor or value in plain', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const canary = `canary-${randomBytes(8).toString('hex')}`;
    await vault.turn((turn) => {
      const draft = writeNote(canary, turn.sealValue(Buffer.from(`value-${canary}`), context));
      turn.record({ ...draft, actor: { kind: 'token', id: `id-${canary}`, name: canary } });
    });
    await vault.close();
    const paths = await filesIn(folder.directory);
    expect(paths.length).toBeGreaterThanOrEqual(3);
    for (const path of paths) {
      const bytes = await readFile(path);
      for (const text of [canary, 'note/', 'SQLite', 'mount-1', 'owner-1']) {
        expect(bytes.includes(text), `${text} in ${path}`).toBe(false);
      }
    }
  });

  it('begins a new segment when one is full, and reads through all of them', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const write = (i: number) => vault.turn((turn) => turn.record(writeNote(`n${i % 10}`)));
    await Promise.all(Array.from({ length: 50_001 }, (_, i) => write(i)));
    await write(1);
    await vault.close();
    expect(await readdir(join(folder.directory, 'ledger'))).toHaveLength(2);
    expect((await folder.verify()).records).toBe(50_002);
    expect((await folder.open()).head().sequence).toBe(50_002);
  }, 30_000);
});
