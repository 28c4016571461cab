import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashSealedValue } from '../../../electron/crypto/sealed-value.ts';
import { listSnapshots, readSnapshot } from '../../../electron/vault/snapshot-files.ts';
import { valueForgotten } from '../../../electron/vault/value-changes.ts';
import type { ValueHash, Vault } from '../../../electron/vault/vault.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const DAY = 86_400_000;
const context = (owner: string) => ({ mount: 'mount', owner, version: 1 });

const write = (vault: Vault, name: string): Promise<ValueHash> =>
  vault.turn((turn) => {
    const hash = turn.sealValue(Buffer.from(`value of ${name}`), context(name));
    turn.record(writeNote(name, hash));
    return hash;
  });
const destroy = (vault: Vault, hash: ValueHash) =>
  vault.turn((turn) => turn.record({ ...writeNote('x'), changes: [valueForgotten.make({ hash })] }));
const names = (vault: Vault) =>
  vault.turn(({ db }) => db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map((n) => n.name));
const reveal = (vault: Vault, hash: ValueHash, name: string) =>
  vault.turn((turn) => Buffer.from(turn.revealValue(hash, context(name))).toString());
const lingering = (vault: Vault) =>
  vault.turn(({ db }) => db.get<{ count: number }>('SELECT count(*) AS count FROM vault_lingering')?.count);

/** The hashes of all sealed values that lie anywhere in the folder, ledger and snapshots. */
async function valuesIn(folder: TemporaryVault): Promise<{ ledger: string[]; images: Buffer[] }> {
  const records = await folder.records();
  const unlocked = await folder.unlock();
  const snapshots = { ...unlocked, folder: join(folder.directory, 'snapshots') };
  const images: Buffer[] = [];
  for (const sequence of await listSnapshots(snapshots.files, snapshots.folder)) {
    images.push(Buffer.concat([...(await readSnapshot(snapshots, sequence)).image.freeze().take()]));
  }
  return { ledger: records.flatMap(({ attachments }) => attachments.map(hashSealedValue)), images };
}

const ledgerFiles = async (folder: TemporaryVault) =>
  (await readdir(join(folder.directory, 'ledger'))).filter((name) => name.endsWith('.kwl'));

describe('compaction', () => {
  it('removes a destroyed value from ledger and snapshots, and the chain still verifies', async () => {
    const folder = await TemporaryVault.make();
    let vault = await folder.open();
    const kept = await write(vault, 'kept');
    const doomed = await write(vault, 'doomed');
    const sealed = await vault.turn(
      ({ db }) =>
        db.get<{ sealed: Uint8Array }>('SELECT sealed FROM vault_values WHERE hash = ?', doomed)?.sealed,
    );
    await vault.close();
    vault = await folder.open();
    await destroy(vault, doomed);
    const before = await valuesIn(folder);
    expect(before.ledger).toContain(doomed);
    expect(before.images.some((image) => image.includes(Buffer.from(sealed ?? 'none')))).toBe(true);
    expect(await lingering(vault)).toBe(1);
    const head = vault.head();

    expect(await vault.compact()).toEqual({ values: 1, segments: [1] });

    const after = await valuesIn(folder);
    expect(after.ledger).toEqual([kept]);
    expect(after.images.length).toBeGreaterThan(0);
    expect(after.images.every((image) => !image.includes(Buffer.from(sealed ?? '')))).toBe(true);
    expect(await lingering(vault)).toBe(0);
    expect(await reveal(vault, kept, 'kept')).toBe('value of kept');
    const { changes } = (await folder.records()).at(-1)?.record ?? {};
    expect(changes).toEqual([
      { type: 'vault/compacted@1', data: { through: head.sequence, segments: [1], dropped: 1 } },
    ]);
    const live = vault.head();
    await vault.close();
    expect(await folder.verify()).toMatchObject({ records: live.sequence, hash: live.hash, torn: 0 });
  });

  it('leaves a ledger that gives the same state without any snapshot', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const hashes = new Map<string, ValueHash>();
    for (let i = 0; i < 40; i++) hashes.set(`n${i}`, await write(vault, `n${i}`));
    for (const i of [0, 7, 39]) await destroy(vault, hashes.get(`n${i}`) as ValueHash);
    await vault.compact();
    await write(vault, 'after');
    const dump = (of: Vault) =>
      of.turn(({ db }) => [
        db.all('SELECT * FROM notes ORDER BY name'),
        db.all('SELECT hash, batch, hex(sealed) FROM vault_values ORDER BY hash'),
        db.all('SELECT * FROM vault_lingering'),
      ]);
    const live = await dump(vault);
    await vault.close();
    await rm(join(folder.directory, 'snapshots'), { recursive: true });
    const again = await folder.open();
    expect(await dump(again)).toEqual(live);
    expect(await reveal(again, hashes.get('n1') as ValueHash, 'n1')).toBe('value of n1');
  });

  it('rewrites only the segments that hold something destroyed, and none when nothing was', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const first = await write(vault, 'a');
    expect(await vault.compact()).toEqual({ values: 0, segments: [] });
    await destroy(vault, first);
    expect(await vault.compact()).toEqual({ values: 1, segments: [1] });
    const second = await write(vault, 'b');
    await destroy(vault, second);
    expect(await vault.compact()).toEqual({ values: 1, segments: [2] });
    expect(await vault.compact()).toEqual({ values: 0, segments: [] });
    expect(await ledgerFiles(folder)).toHaveLength(3);
  });

  it('goes on beside 32 writers, and loses nothing that they were told is kept', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const kept = new Map<string, ValueHash>();
    let stop = false;
    const writers = Array.from({ length: 32 }, async (_, writer) => {
      for (let i = 0; !stop; i++) {
        const name = `w${writer}-${i}`;
        const hash = await write(vault, name);
        if (i % 3 === 0) await destroy(vault, hash);
        else kept.set(name, hash);
      }
    });
    const rounds = [];
    for (let i = 0; i < 3; i++) rounds.push(await vault.compact());
    stop = true;
    await Promise.all(writers);
    expect(rounds.reduce((sum, { values }) => sum + values, 0)).toBeGreaterThan(0);
    await vault.close();
    await folder.verify();
    await rm(join(folder.directory, 'snapshots'), { recursive: true });
    const again = await folder.open();
    for (const [name, hash] of kept) expect(await reveal(again, hash, name)).toBe(`value of ${name}`);
  }, 60_000);

  it('comes by itself when a destroyed value has lingered for a day', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await destroy(vault, await write(vault, 'doomed'));
    await write(vault, 'b');
    expect(await lingering(vault)).toBe(1);
    folder.now += DAY;
    await write(vault, 'c');
    folder.now += 3_600_000;
    while ((await lingering(vault)) !== 0) await write(vault, 'd');
    expect((await valuesIn(folder)).ledger).not.toContain('doomed');
  });

  it('removes what an interrupted one has left beside', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await vault.close();
    await writeFile(`${folder.segment(1)}.new`, 'half');
    await folder.open();
    expect(await readdir(join(folder.directory, 'ledger'))).toEqual(['00000001.kwl']);
  });
});

describe('retention', () => {
  /** Four closed segments, a day apart. */
  async function fourSegments(folder: TemporaryVault): Promise<void> {
    for (let day = 0; day < 4; day++) {
      const vault = await folder.open();
      await destroy(vault, await write(vault, `doomed ${day}`));
      await write(vault, `day ${day}`);
      await vault.compact();
      await vault.close();
      folder.now += DAY;
    }
  }

  it('lets the ledger begin later: a checkpoint, older segments gone, the chain verified from there on', async () => {
    const folder = await TemporaryVault.make();
    folder.limits = { recordAge: 2 * DAY };
    await fourSegments(folder);
    const vault = await folder.open();
    await write(vault, 'last');
    while ((await ledgerFiles(folder)).includes('00000001.kwl')) await names(vault);
    const live = await names(vault);
    await vault.close();
    expect(live).toEqual([
      'day 0',
      'day 1',
      'day 2',
      'day 3',
      'doomed 0',
      'doomed 1',
      'doomed 2',
      'doomed 3',
      'last',
    ]);
    const proof = await folder.verify();
    expect(proof.since).toBeGreaterThan(0);
    expect(proof).toMatchObject({ hash: vault.head().hash });
    expect(await names(await folder.open())).toEqual(live);
  });

  it('is refused as damage without its checkpoint, and with another one', async () => {
    const folder = await TemporaryVault.make();
    folder.limits = { ledgerBytes: 1 };
    await fourSegments(folder);
    const vault = await folder.open();
    await write(vault, 'last');
    while ((await ledgerFiles(folder)).includes('00000001.kwl')) await names(vault);
    await vault.close();
    const path = join(folder.directory, 'ledger', 'checkpoint.kwc');
    const good = await readFile(path);
    for (let at = 0; at < good.length; at++) {
      await writeFile(path, good.with(at, (good[at] ?? 0) ^ 2));
      await expect(folder.verify(), `byte ${at}`).rejects.toMatchObject({
        code: at === 8 ? 'vault-newer' : 'vault-damaged',
      });
    }
    await writeFile(path, good.subarray(0, -1));
    await expect(folder.open()).rejects.toMatchObject({ code: 'vault-damaged' });
    await rm(path);
    await expect(folder.open()).rejects.toMatchObject({ code: 'vault-damaged' });
    await writeFile(path, good);
    await (await folder.open()).close();
  });

  it('removes nothing because a clock was set forward', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await destroy(vault, await write(vault, 'a'));
    await vault.compact();
    await vault.close();
    folder.limits = { recordAge: 40 * DAY };
    const again = await folder.open();
    folder.limits = {};
    folder.now += 1_000 * DAY;
    await write(again, 'after the jump');
    for (let i = 0; i < 20; i++) await names(again);
    await again.close();
    expect(await ledgerFiles(folder)).toHaveLength(2);
  });
});
