import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';

let home: KwHome;
let vault: string;
let passphrase: string[];
let kit: string;
beforeAll(async () => {
  home = makeKwHome();
  vault = join(home.folder, 'vault');
  passphrase = ['--passphrase-file', home.file('passphrase', 'correct horse\n')];
  const made = await home.kw(['init', '--vault', vault, ...passphrase, '--json']);
  kit = JSON.parse(made.stdout).recovery_kit;
});
afterAll(() => home.remove());

const make = (options: readonly string[]) =>
  home.kw(['shares', 'make', '--vault', vault, ...passphrase, ...options]);
const sharesFile = (name: string, shares: readonly string[]) => [
  '--shares-file',
  home.file(name, `${shares.join('\n')}\n`),
];
const verify = (wayIn: readonly string[]) => home.kw(['verify', '--vault', vault, ...wayIn]);
const ways = async (wayIn = passphrase) =>
  JSON.parse((await home.kw(['ways', '--vault', vault, ...wayIn, '--json'])).stdout).ways as {
    id: string;
    kind: string;
  }[];

describe('kw shares and kw ways', () => {
  it('makes shares that open the vault together, prints them once, and the next ones take their place', async () => {
    const shown = await make(['--shares', '3', '--threshold', '2']);
    expect(shown.code).toBe(0);
    const first = shown.stdout.trim().split('\n');
    expect(first).toHaveLength(3);
    expect(shown.stderr).toContain('any 2 of these 3 open the vault');
    expect(await verify(sharesFile('first', first.slice(1)))).toMatchObject({ code: 0 });
    expect((await verify(sharesFile('one', first.slice(2)))).stderr).toContain('1 more share is needed');

    const { shares, threshold } = JSON.parse(
      (await make(['--shares', '4', '--threshold', '3', '--json'])).stdout,
    ) as { shares: string[]; threshold: number };
    expect([shares.length, threshold]).toEqual([4, 3]);
    expect(await verify(sharesFile('next', shares.slice(0, 3)))).toMatchObject({ code: 0 });
    expect(await verify(sharesFile('old', first.slice(1)))).toMatchObject({ code: 4 });
    expect((await ways()).map(({ kind }) => kind)).toEqual(['passphrase', 'recovery-kit', 'shares']);
  });

  it('the shares open a sealed broker, one by one, with kw unseal', async () => {
    const { shares } = JSON.parse((await make(['--shares', '3', '--threshold', '2', '--json'])).stdout);
    const served = await home.serve(['--vault', vault, '--listen', '127.0.0.1:0', '--backups', 'none']);
    expect(await home.kw(['status'])).toMatchObject({ code: 3 });
    const one = await home.kw(['unseal', '--json'], { input: `${shares[0]}\n` });
    expect(JSON.parse(one.stdout)).toEqual({ sealed: true, threshold: 2, shares: 3, progress: 1 });
    expect(await home.kw(['unseal', '--reset'])).toMatchObject({ code: 0 });
    await home.kw(['unseal'], { input: `${shares[1]}\n` });
    const last = await home.kw(['unseal', '--key-file', home.file('share', `${shares[2]}\n`)]);
    expect(last).toMatchObject({ code: 0 });
    expect(last.stderr).toContain('the vault is open');
    expect(await home.kw(['status'])).toMatchObject({ code: 0 });
    await served.end();
  });

  it('a way that is taken out opens the vault no more, and the last one stays', async () => {
    const byKit = ['--recovery-kit-file', home.file('kit', kit)];
    expect(await verify(byKit)).toMatchObject({ code: 0 });
    const idOf = async (kind: string) => (await ways()).find((way) => way.kind === kind)?.id ?? '';
    const remove = async (kind: string, more: readonly string[] = []) =>
      home.kw(['ways', 'remove', await idOf(kind), '--vault', vault, ...passphrase, ...more]);
    expect(await remove('recovery-kit', ['--someone-may-have-it'])).toMatchObject({ code: 0 });
    expect(await verify(byKit)).toMatchObject({ code: 4 });
    expect(await remove('shares')).toMatchObject({ code: 0 });
    expect(await remove('passphrase')).toMatchObject({ code: 1 });
    expect(await verify(passphrase)).toMatchObject({ code: 0 });
  });

  it.each([
    [['shares', '--shares', '3', '--threshold', '2']],
    [['shares', 'make', '--shares', 'three', '--threshold', '2']],
    [['shares', 'make', '--shares', '3']],
    [['ways', 'remove']],
    [['ways', 'show']],
  ])('refuses what it does not know: kw %j', async (args) => {
    expect(await home.kw([...args, '--vault', vault, ...passphrase])).toMatchObject({ code: 2, stdout: '' });
  });
});
