import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeFramePrefix, FRAME_PREFIX_LENGTH } from '../../../electron/crypto/frame.ts';
import { SEGMENT_HEADER_LENGTH } from '../../../electron/crypto/segment-header.ts';
import { EMPTY_HEAD } from '../../../electron/vault/head.ts';
import { walkLedger } from '../../../electron/vault/read-ledger.ts';
import type { Vault } from '../../../electron/vault/vault.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const write = (vault: Vault, name: string) => vault.turn((turn) => turn.record(writeNote(name)));
const names = (vault: Vault) =>
  vault.turn(({ db }) => db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map((n) => n.name));
const damage = { code: 'vault-damaged' };

describe('a ledger of three frames without a snapshot', () => {
  let folder: TemporaryVault;
  let whole: Buffer;
  let frames: { readonly start: number; readonly end: number }[];

  beforeEach(async () => {
    folder = await TemporaryVault.make();
    const vault = await folder.open();
    for (const name of ['a', 'b', 'c']) await write(vault, name);
    await vault.close();
    await rm(join(folder.directory, 'snapshots'), { recursive: true });
    whole = await readFile(folder.segment(1));
    frames = [];
    for (let start = SEGMENT_HEADER_LENGTH; start < whole.length; ) {
      const { boxLength = 0 } = decodeFramePrefix(whole.subarray(start)) ?? {};
      const end = start + FRAME_PREFIX_LENGTH + boxLength;
      frames.push({ start, end });
      start = end;
    }
  });

  const frame = (i: number) => {
    const { start = 0, end = 0 } = frames[i] ?? {};
    return { start, end, bytes: whole.subarray(start, end) };
  };

  it('is cut where its last write did not finish: the cut is recorded and no byte is overwritten', async () => {
    const { start, end } = frame(2);
    for (const cut of [start + 1, start + FRAME_PREFIX_LENGTH, start + FRAME_PREFIX_LENGTH + 9, end - 1]) {
      const torn = await folder.copy();
      await writeFile(torn.segment(1), whole.subarray(0, cut));
      expect(await torn.verify()).toMatchObject({ records: 2, torn: cut - start });
      const vault = await torn.open();
      expect(await names(vault)).toEqual(['a', 'b']);
      expect(vault.head().sequence).toBe(3);
      await write(vault, 'd');
      await vault.close();
      expect(await readFile(torn.segment(1))).toEqual(whole.subarray(0, cut));
      expect(await torn.verify()).toMatchObject({ records: 4, torn: 0 });
      expect(await names(await torn.open())).toEqual(['a', 'b', 'd']);
    }
  });

  it('says in its record where it was cut', async () => {
    const { start, end } = frame(2);
    await writeFile(folder.segment(1), whole.subarray(0, end - 5));
    await (await folder.open()).close();
    const records = await folder.records();
    expect(records.at(-1)?.record.changes).toEqual([
      { type: 'vault/tail-cut@1', data: { segment: 1, position: start, bytes: end - 5 - start } },
    ]);
  });

  it('is cut where the end of its last write is zeros', async () => {
    const { start, end } = frame(2);
    for (const from of [start, start + 10, start + FRAME_PREFIX_LENGTH + 5, end - 16]) {
      const torn = await folder.copy();
      const zeroed = Buffer.from(whole);
      zeroed.fill(0, from);
      await writeFile(torn.segment(1), zeroed);
      expect(await names(await torn.open())).toEqual(['a', 'b']);
    }
    const longer = Buffer.concat([whole, Buffer.alloc(5_000)]);
    await writeFile(folder.segment(1), longer);
    expect(await names(await folder.open())).toEqual(['a', 'b', 'c']);
  });

  it('is refused with any byte changed, in the last frame too, and then no byte of it is touched', async () => {
    const unlocked = await folder.unlock();
    for (let at = 0; at < whole.length; at++) {
      await writeFile(folder.segment(1), whole.with(at, (whole[at] ?? 0) ^ 0x10));
      const code = at === 8 ? 'vault-newer' : 'vault-damaged';
      await expect(
        walkLedger(unlocked, EMPTY_HEAD, () => {}),
        `byte ${at}`,
      ).rejects.toMatchObject({ code });
      if (at % 97 === 0) await expect(folder.open(), `byte ${at}`).rejects.toMatchObject({ code });
    }
    expect(await readdir(join(folder.directory, 'ledger'))).toHaveLength(1);
  });

  it('names the segment and the record that are damaged', async () => {
    const { start } = frame(1);
    await writeFile(folder.segment(1), whole.with(start + 60, (whole[start + 60] ?? 0) ^ 1));
    await expect(folder.open()).rejects.toThrow(/ledger\/00000001\.kwl, record 2/);
  });

  it.each([
    ['swapped', [0, 2, 1]],
    ['repeated', [0, 0, 1, 2]],
    ['left out in the middle', [0, 2]],
    ['left out at the front', [1, 2]],
  ])('is refused with frames %s', async (_, order) => {
    const parts = order.map((i) => frame(i).bytes);
    await writeFile(folder.segment(1), Buffer.concat([whole.subarray(0, SEGMENT_HEADER_LENGTH), ...parts]));
    await expect(folder.open()).rejects.toMatchObject(damage);
  });

  it('is refused with the segment of another vault, under another name, or without any', async () => {
    const other = await TemporaryVault.make();
    await writeFile(folder.segment(1), await readFile(other.segment(1)));
    await expect(folder.open()).rejects.toMatchObject(damage);
    await writeFile(folder.segment(1), whole);
    await rename(folder.segment(1), folder.segment(2));
    await expect(folder.open()).rejects.toMatchObject(damage);
    await rm(folder.segment(2));
    await expect(folder.open()).rejects.toMatchObject(damage);
  });
});

describe('a ledger of two segments', () => {
  it('is refused when the first is gone, and when the end of the first is', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await write(vault, 'a');
    await write(vault, 'b');
    await vault.close();
    await rm(join(folder.directory, 'snapshots'), { recursive: true });
    const whole = await readFile(folder.segment(1));
    await writeFile(folder.segment(1), whole.subarray(0, -1));
    await (await folder.open()).close();
    expect(await readdir(join(folder.directory, 'ledger'))).toHaveLength(2);
    await rm(join(folder.directory, 'snapshots'), { recursive: true });
    await writeFile(folder.segment(1), whole.subarray(0, SEGMENT_HEADER_LENGTH + 50));
    await expect(folder.open()).rejects.toMatchObject(damage);
    await rm(folder.segment(1));
    await expect(folder.open()).rejects.toMatchObject(damage);
  });
});

describe('a ledger that ends before its snapshot', () => {
  it('is refused: acknowledged records are missing', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await write(vault, 'a');
    const short = await readFile(folder.segment(1));
    await write(vault, 'b');
    await vault.close();
    await writeFile(folder.segment(1), short);
    await expect(folder.open()).rejects.toMatchObject(damage);
  });
});
