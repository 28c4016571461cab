import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Surroundings } from '../../../electron/cli/surroundings.ts';
import { readWriteFields } from '../../../electron/cli/write-fields.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kw-fields-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function withInput(text: string | Buffer): Surroundings {
  return {
    env: {},
    platform: 'linux',
    uid: 1000,
    tmpdir: folder,
    stdin: Readable.from([Buffer.from(text)]),
    stdout: { write: () => true },
    stderr: { write: () => true },
  };
}

describe('the fields of kw write', () => {
  it('are split at the first equals sign, and known to stand in the arguments', async () => {
    const read = await readWriteFields(['a=1', 'b=x=y', 'c='], withInput(''));
    expect(read).toEqual({ fields: { a: '1', b: 'x=y', c: '' }, inArguments: ['a', 'b', 'c'] });
  });

  it('SECURITY(B4) are asked for at a terminal, which does not show them', async () => {
    const said: string[] = [];
    const raw: boolean[] = [];
    const stdin = Object.assign(Readable.from(['hunt', 'er2\r']), {
      isTTY: true,
      setRawMode: (on: boolean) => raw.push(on),
    });
    const stderr = { write: (text: string) => said.push(text) };
    const read = await readWriteFields(['password=-'], { ...withInput(''), stdin, stderr });
    expect(read).toEqual({ fields: { password: 'hunter2' }, inArguments: [] });
    expect(raw).toEqual([true, false]);
    expect(said.join('')).toMatch(/^password .*: \n$/);
  });

  it.each([
    ['a single line loses its end', 'hunter2\n', 'hunter2'],
    ['a single line loses a Windows end', 'hunter2\r\n', 'hunter2'],
    ['a text without an end stays', 'hunter2', 'hunter2'],
    ['several lines stay as they are', 'BEGIN\nEND\n', 'BEGIN\nEND\n'],
    ['spaces stay', '  x \n', '  x '],
    ['other letters stay', 'süß\n', 'süß'],
  ])('from a file or standard input: %s', async (_, text, value) => {
    const file = join(folder, 'value');
    await writeFile(file, text);
    const fromFile = await readWriteFields([`k=@${file}`], withInput(''));
    const fromInput = await readWriteFields(['k=-'], withInput(text));
    expect(fromFile).toEqual({ fields: { k: value }, inArguments: [] });
    expect(fromInput).toEqual(fromFile);
  });

  it.each([
    ['no equals sign', ['novalue'], 'usage'],
    ['no name', ['=v'], 'usage'],
    ['a name twice', ['a=1', 'a=2'], 'usage'],
    ['standard input twice', ['a=-', 'b=-'], 'usage'],
    ['a file that is not there', ['a=@/nowhere/at/all'], 'invalid-request'],
  ])('are refused: %s', async (_, args, code) => {
    await expect(readWriteFields(args, withInput(''))).rejects.toMatchObject({ code });
  });

  it('are refused when they are not text, without being shown', async () => {
    const refused = readWriteFields(['a=-'], withInput(Buffer.from([0x68, 0xff, 0xfe])));
    await expect(refused).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(/base64/),
    });
  });
});
