import { randomBytes } from 'node:crypto';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseRecoveryKit } from '../../../electron/crypto/recovery-kit.ts';
import { type OpenedVault, openVault } from '../../../electron/vault/open-vault.ts';
import type { Place } from '../../../electron/vault/place.ts';
import { placeIn } from '../../../electron/vault/place.ts';
import type { WayIn } from '../../../electron/vault/way-in.ts';
import { PASSPHRASE } from './quick-kdf.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const proof: WayIn = { passphrase: PASSPHRASE };
const HERE = '0'.repeat(32);
const THERE = '1'.repeat(32);

async function makePlace(host = HERE): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'kw-place-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { host, folder };
}

async function open(folder: TemporaryVault, place: Place, wayIn: WayIn = proof): Promise<OpenedVault> {
  const { passphrase: _, ...options } = folder.options();
  const vault = await openVault({ ...options, ...wayIn, place });
  onTestFinished(() => vault.close());
  return vault;
}

async function write(folder: TemporaryVault, place: Place, ...names: readonly string[]): Promise<void> {
  const vault = await open(folder, place);
  expect(vault.quarantine).toBeUndefined();
  for (const name of names) await vault.turn((turn) => turn.record(writeNote(name)));
  await vault.close();
}

const names = (vault: OpenedVault) =>
  vault.turn(({ db }) => db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map((n) => n.name));

/** Everything in the folder but the lock, byte by byte. */
async function contents(folder: TemporaryVault): Promise<Record<string, string>> {
  const entries = await readdir(folder.directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'lock');
  const read = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path, (await readFile(path)).toString('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** What `to` was is replaced by what `from` is. */
async function putBack(from: TemporaryVault, to: TemporaryVault): Promise<void> {
  await rm(to.directory, { recursive: true });
  await cp(from.directory, to.directory, { recursive: true });
}

describe('an older copy that was put back', () => {
  it('opens quarantined, says what was seen and what was found, and nothing in the folder changes', async () => {
    const place = await makePlace();
    const folder = await TemporaryVault.make();
    await write(folder, place, 'a');
    const older = await folder.copy();
    folder.now += 60_000;
    await write(folder, place, 'b', 'c');
    await putBack(older, folder);
    const before = await contents(folder);
    const vault = await open(folder, place);
    expect(vault.quarantine).toMatchObject({
      reason: 'older',
      seen: { sequence: 4, term: 1, time: folder.now },
      found: { sequence: 2, term: 1, time: folder.now - 60_000 },
    });
    expect(await names(vault)).toEqual(['a']);
    await vault.turn((turn) => turn.record(writeNote('nowhere')));
    for (const change of [vault.ways.addRecoveryKit(proof), vault.ways.rekey(proof)]) {
      await expect(change).rejects.toMatchObject({ code: 'vault-quarantined' });
    }
    await vault.close();
    expect(await contents(folder)).toEqual(before);
    expect((await open(folder, place)).quarantine?.reason).toBe('older');
  });

  it('goes on in a term of its own once a person confirms, and is at home from then on', async () => {
    const place = await makePlace();
    const folder = await TemporaryVault.make();
    await write(folder, place, 'a');
    const older = await folder.copy();
    await write(folder, place, 'b');
    const newer = await folder.copy();
    await putBack(older, folder);
    const quarantined = await open(folder, place);
    await quarantined.turn((turn) => turn.record(writeNote('nowhere')));
    const vault = await quarantined.confirm();
    expect(vault.quarantine).toBeUndefined();
    await vault.turn((turn) => turn.record(writeNote('d')));
    expect(await names(vault)).toEqual(['a', 'd']);
    await vault.close();
    expect((await readFile(folder.segment(2))).readUInt32BE(30)).toBe(2);
    await write(folder, place, 'e');
    expect((await folder.verify()).records).toBe(5);

    // The branch that was left is a fork now, named as such.
    const fork = await open(newer, place);
    expect(fork.quarantine).toMatchObject({ reason: 'fork', seen: { term: 2 }, found: { term: 1 } });
  });

  it('is noticed by its length alone, and by one record of that number with another hash', async () => {
    const place = await makePlace();
    const folder = await TemporaryVault.make();
    await write(folder, place, 'a');
    const other = await folder.copy();
    await write(folder, place, 'b');
    const elsewhere = await makePlace();
    await write(other, elsewhere, 'x', 'y', 'z');
    const fork = await open(other, place);
    expect(fork.quarantine).toMatchObject({ reason: 'fork', seen: { sequence: 3 }, found: { sequence: 5 } });
  });

  it('is noticed where the record that was seen last lies behind the newest snapshot', async () => {
    const place = await makePlace();
    const folder = await TemporaryVault.make();
    await write(folder, place, 'a', 'b');
    const memory = await readdir(place.folder);
    const other = await folder.copy();
    const kept = await readFile(join(place.folder, memory[0] ?? ''));
    await write(folder, place, 'c', 'd');
    await writeFile(join(place.folder, memory[0] ?? ''), kept);
    await write(folder, place, 'e');
    const seenOfOther = await makePlace();
    await write(other, seenOfOther, 'x');
    await copyFile(join(seenOfOther.folder, memory[0] ?? ''), join(place.folder, memory[0] ?? ''));
    expect((await open(folder, place)).quarantine?.reason).toBe('fork');
  });
});

describe('what a machine remembers', () => {
  it('may lag behind after a crash, and never leads', async () => {
    const place = await makePlace();
    const folder = await TemporaryVault.make();
    const vault = await open(folder, place);
    for (const name of ['a', 'b', 'c']) await vault.turn((turn) => turn.record(writeNote(name)));
    // As a crash leaves it: not closed.
    const crashed = await folder.copy();
    await rm(join(crashed.directory, 'lock'), { force: true });
    expect((await open(crashed, place)).quarantine).toBeUndefined();
  });

  it('quarantines a vault where it was tampered with, and says nothing where nothing was seen', async () => {
    const place = await makePlace();
    const folder = await TemporaryVault.make();
    await write(folder, place, 'a');
    const [name = ''] = await readdir(place.folder);
    const path = join(place.folder, name);
    const good = await readFile(path);
    for (const bytes of [
      good.subarray(0, 20),
      good.with(good.length - 1, (good.at(-1) ?? 0) ^ 1),
      Buffer.of(),
    ]) {
      await writeFile(path, bytes);
      const vault = await open(folder, place);
      expect(vault.quarantine).toMatchObject({ reason: 'seen-unreadable', seen: undefined });
      await vault.close();
    }
    await rm(path);
    expect((await open(folder, place)).quarantine).toBeUndefined();
  });

  it('is kept apart from the vault and says no name', async () => {
    const place = await makePlace();
    const folder = await TemporaryVault.make();
    await write(folder, place, 'secret-name');
    const [name = ''] = await readdir(place.folder);
    expect(name).toMatch(/^[0-9a-f]{32}\.kwn$/);
    expect((await readFile(join(place.folder, name))).toString('latin1')).not.toContain('secret-name');
  });
});

describe('a vault at home elsewhere', () => {
  it('is a mirror that issues nothing, until it becomes the home in a new term', async () => {
    const [here, there] = [await makePlace(HERE), await makePlace(THERE)];
    const folder = await TemporaryVault.make();
    await write(folder, there, 'a');
    const mirror = await folder.copy();
    const vault = await open(mirror, here);
    expect(vault.quarantine).toMatchObject({ reason: 'elsewhere', seen: undefined, found: { sequence: 2 } });
    expect(await names(vault)).toEqual(['a']);
    const home = await vault.confirm();
    await home.turn((turn) => turn.record(writeNote('b')));
    await home.close();
    await write(mirror, here, 'c');

    // The old home went on too: where it meets what was seen there, it is a fork.
    await write(folder, there, 'd');
    const met = await open(mirror, there);
    expect(met.quarantine).toMatchObject({ reason: 'fork', seen: { term: 1 }, found: { term: 2 } });
  });

  it('that was copied while it was open there is looked at without its lock', async () => {
    const [here, there] = [await makePlace(HERE), await makePlace(THERE)];
    const folder = await TemporaryVault.make();
    await write(folder, there, 'a');
    const lock = join(folder.directory, 'lock');
    const foreign = { bootId: 'b', host: 'another-machine', nonce: '00', pid: 1, startTime: '1' };
    await writeFile(lock, JSON.stringify(foreign));
    await expect(open(folder, there)).rejects.toMatchObject({ code: 'vault-in-use' });
    const mirror = await open(folder, here);
    expect(mirror.quarantine?.reason).toBe('elsewhere');
    expect(await names(mirror)).toEqual(['a']);
    await expect(mirror.confirm()).rejects.toMatchObject({ code: 'vault-in-use' });
    await mirror.close();
    expect(await readFile(lock, 'utf8')).toBe(JSON.stringify(foreign));
    await rm(lock);
    const home = await open(folder, here).then((vault) => vault.confirm());
    expect(home.quarantine).toBeUndefined();
    await home.close();
  });

  it('that the old home has handed over whole is simply at home elsewhere', async () => {
    const [here, there] = [await makePlace(HERE), await makePlace(THERE)];
    const folder = await TemporaryVault.make();
    await write(folder, there, 'a');
    const moved = await open(folder, here).then((vault) => vault.confirm());
    await moved.close();
    expect((await open(folder, there)).quarantine?.reason).toBe('elsewhere');
  });
});

describe('an older header', () => {
  it('opens nothing for a way that was removed', async () => {
    const place = await makePlace();
    const folder = await TemporaryVault.make();
    const header = join(folder.directory, 'vault.kwh');
    const vault = await open(folder, place);
    const kit = await vault.ways.addRecoveryKit(proof);
    await copyFile(header, `${header}.kept`);
    const [, way] = await vault.ways.list();
    await vault.ways.remove(proof, way?.id ?? '', 'not-needed');
    await vault.close();
    await copyFile(`${header}.kept`, header);
    const byKit: WayIn = { secret: { kind: 'recovery-kit', bytes: parseRecoveryKit(kit) } };
    await expect(open(folder, place, byKit)).rejects.toMatchObject({ code: 'unlock-failed' });

    const quarantined = await open(folder, place);
    expect(quarantined.quarantine?.reason).toBe('header-older');
    const confirmed = await quarantined.confirm();
    expect((await confirmed.ways.list()).map(({ kind }) => kind)).toEqual(['passphrase']);
    await confirmed.close();
    await expect(open(folder, place, byKit)).rejects.toMatchObject({ code: 'unlock-failed' });
    expect((await open(folder, place)).quarantine).toBeUndefined();
  });

  it('far ahead of the ledger says that the ledger is an older one', async () => {
    const place = await makePlace();
    const folder = await TemporaryVault.make();
    const older = await folder.copy();
    const vault = await open(folder, place);
    await vault.ways.addRecoveryKit(proof);
    await vault.ways.addRecoveryKit(proof);
    await vault.close();
    await copyFile(join(folder.directory, 'vault.kwh'), join(older.directory, 'vault.kwh'));
    const found = await open(older, await makePlace());
    expect(found.quarantine?.reason).toBe('older');
    const confirmed = await found.confirm();
    expect(await confirmed.ways.list()).toHaveLength(3);
    await confirmed.close();
    expect((await folder.open()).quarantine).toBeUndefined();
  });
});

describe('a place', () => {
  it('keeps its name, and makes its folder', async () => {
    const folder = join((await makePlace()).folder, 'state', 'keywarden');
    const first = await placeIn(folder, randomBytes);
    expect(first.host).toMatch(/^[0-9a-f]{32}$/);
    expect(await placeIn(folder, randomBytes)).toEqual(first);
  });
});
