import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeFolder, wholeFolder } from '../../../electron/main/vault-folder.ts';

describe('the folder of a vault', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'keywarden-test-'));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it.each(['vault', './vault', '../vault', '~/vault', '', 'x\0y'])(
    'is not %j, which depends on where the app was started',
    (typed) => {
      expect(() => wholeFolder(typed)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    },
  );

  it('is the same one however it is written', () => {
    const folder = resolve(parent, 'a 100% café #1?');
    for (const typed of [folder, folder + sep, join(folder, sep, '.', sep)]) {
      expect(wholeFolder(typed)).toBe(folder);
    }
  });

  it.each([
    ['Seaside Hotel', 'seaside-hotel'],
    ['Müller & Söhne', 'muller-sohne'],
    ['../../etc', 'etc'],
    ['東京', '東京'],
    ['?', 'vault'],
    ['𝒜'.repeat(70), 'a'.repeat(60)],
    ['𐐷'.repeat(70), '𐐷'.repeat(60)],
  ])('is suggested by the name: %s', async (name, expected) => {
    expect(basename(await freeFolder(parent, name))).toBe(expected);
    mkdirSync(join(parent, expected));
    expect(basename(await freeFolder(parent, name))).toBe(`${expected}-2`);
  });
});
