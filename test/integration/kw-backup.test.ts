import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';

const ANY_PORT = ['--listen', '127.0.0.1:0'];

describe('kw backup, verify, restore and rekey', () => {
  // One vault for all, in order: each command costs a second of key derivation.
  let home: KwHome;
  let vault: string;
  let backup: string;
  let pass: string[];
  let kit: string[];
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    home = makeKwHome();
    vault = join(home.folder, 'vault');
    backup = join(home.folder, 'vault.kwb');
    pass = ['--passphrase-file', home.file('passphrase', 'pass\n')];
    const made = JSON.parse((await home.kw(['init', '--vault', vault, ...pass, '--json'])).stdout);
    env = { VAULT_TOKEN: made.root_token };
    const typed = String(made.recovery_kit).toLowerCase().replaceAll('-', ' ');
    kit = ['--recovery-kit-file', home.file('kit', `${typed}\n`)];
  });
  afterAll(() => home.remove());

  const wrong = () => ['--passphrase-file', home.file('wrong', 'wrong\n')];

  it('backs up a vault that is being served', async () => {
    const served = await home.serve(['--vault', vault, ...pass, ...ANY_PORT, '--backups', 'none']);
    expect(await home.kw(['write', 'secret/app', 'a=-'], { env, input: 'b' })).toMatchObject({ code: 0 });
    const result = await home.kw(['backup', '--vault', vault, ...pass, '--to', backup, '--json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const made = JSON.parse(result.stdout);
    expect(made).toMatchObject({ file: backup, records: expect.any(Number) });
    // What comes later is not in it: from here on the vault and its backup go on, each its own way.
    expect(await home.kw(['write', 'secret/later', 'a=-'], { env, input: 'c' })).toMatchObject({ code: 0 });
    await served.end();
    const verified = await home.kw(['verify', backup, ...kit, '--json']);
    expect(verified).toMatchObject({ code: 0 });
    expect(JSON.parse(verified.stdout)).toMatchObject({ records: made.records, hash: made.hash, since: 0 });
  });

  it('does not write over a file, nor read where there is none', async () => {
    expect(await home.kw(['backup', '--vault', vault, ...pass, '--to', backup])).toMatchObject({ code: 1 });
    expect(await home.kw(['verify', join(home.folder, 'no.kwb'), ...pass])).toMatchObject({ code: 5 });
    const nowhere = ['--vault', join(home.folder, 'nowhere'), ...pass];
    expect(await home.kw(['backup', ...nowhere, '--to', join(home.folder, 'n')])).toMatchObject({ code: 5 });
    expect(await home.kw(['verify', ...nowhere])).toMatchObject({ code: 5 });
    expect(await home.kw(['rekey', ...nowhere])).toMatchObject({ code: 5 });
  });

  it('restores elsewhere, quarantined, until a person confirms', async () => {
    const elsewhere = join(home.folder, 'elsewhere');
    const restored = await home.kw(['restore', backup, '--vault', elsewhere, ...kit, '--json']);
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(await home.kw(['verify', '--vault', elsewhere, ...pass])).toMatchObject({ code: 0 });
    expect(await home.kw(['restore', backup, '--vault', elsewhere, ...pass])).toMatchObject({ code: 1 });
    const refused = await home.kw(['serve', '--vault', elsewhere, ...pass, ...ANY_PORT]);
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(await home.kw(['rekey', '--vault', elsewhere, ...pass])).toMatchObject({ code: 3 });
    const confirmed = await home.kw(['restore', '--confirm', '--vault', elsewhere, ...pass, '--json']);
    expect(confirmed).toMatchObject({ code: 0 });
    expect(JSON.parse(confirmed.stdout)['confirmed']).toMatch(/older|restored/);
    const served = await home.serve(['--vault', elsewhere, ...pass, ...ANY_PORT]);
    expect(await home.kw(['read', 'secret/app', '--field', 'a'], { env })).toMatchObject({
      code: 0,
      stdout: 'b',
    });
    await served.end();

    // The vault that it was taken from is the other branch now, and says so.
    const fork = await home.kw(['serve', '--vault', vault, ...pass, ...ANY_PORT]);
    expect(fork).toMatchObject({ code: 3 });
    expect(fork.stderr).toMatch(/each its own way/);
    await home.kw(['restore', '--confirm', '--vault', vault, ...pass]);
  });

  it('refuses a backup with one byte changed', async () => {
    const bytes = readFileSync(backup);
    const bad = join(home.folder, 'bad.kwb');
    const middle = Math.floor(bytes.length / 2);
    writeFileSync(bad, bytes.with(middle, (bytes[middle] ?? 0) ^ 1));
    const result = await home.kw(['verify', bad, ...pass]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/damaged: \S+ in the backup/);
    const into = join(home.folder, 'bad');
    expect(await home.kw(['restore', bad, '--vault', into, ...pass])).toMatchObject({ code: 1 });
    expect(await home.kw(['verify', '--vault', into, ...pass])).toMatchObject({ code: 5 });
  });

  it('names the first bad record of a vault', async () => {
    const damaged = join(home.folder, 'damaged');
    await home.kw(['restore', backup, '--vault', damaged, ...pass]);
    const path = join(damaged, 'ledger', '00000001.kwl');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1));
    const result = await home.kw(['verify', '--vault', damaged, ...pass, '--json']);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/ledger\/00000001\.kwl, record \d+ does not authenticate/);
  });

  it('starts a new key, and with another passphrase the old one opens nothing more', async () => {
    expect(await home.kw(['rekey', '--vault', vault, ...pass, '--json'])).toMatchObject({ code: 0 });
    const next = home.file('next', 'another\n');
    const rekey = ['rekey', '--vault', vault, ...pass, '--new-passphrase-file', next];
    expect(await home.kw(rekey)).toMatchObject({ code: 0 });
    expect(await home.kw(['verify', '--vault', vault, ...pass])).toMatchObject({ code: 4 });
    expect(await home.kw(['verify', '--vault', vault, '--passphrase-file', next])).toMatchObject({ code: 0 });
    expect(await home.kw(['verify', '--vault', vault, ...kit])).toMatchObject({ code: 0 });
  });

  it('has one answer for every wrong way in', async () => {
    const other = [
      '--recovery-kit-file',
      home.file(
        'other',
        '00000-00001-00002-00003-00004-00005-00006-00007-00008-00009-0000A-0000B-0000C-RY0XC',
      ),
    ];
    const answers = await Promise.all(
      [wrong(), other].map((wayIn) => home.kw(['verify', '--vault', vault, ...wayIn])),
    );
    expect(answers.map(({ code }) => code)).toEqual([4, 4]);
    expect(new Set(answers.map(({ stderr }) => stderr)).size).toBe(1);
  });

  it.each([
    ['backup without a vault', () => ['backup', ...pass, '--to', 'x'], 2],
    ['backup without a file', () => ['backup', '--vault', vault, ...pass], 2],
    ['backup without a way in', () => ['backup', '--vault', vault, '--to', 'x'], 2],
    ['backup with two ways in', () => ['backup', '--vault', vault, '--to', 'x', ...pass, ...kit], 2],
    ['verify without anything', () => ['verify', ...pass], 2],
    ['verify with both', () => ['verify', backup, '--vault', vault, ...pass], 2],
    ['restore without a backup', () => ['restore', '--vault', vault, ...pass], 2],
    [
      'restore with a backup to confirm',
      () => ['restore', backup, '--confirm', '--vault', vault, ...pass],
      2,
    ],
    ['rekey without a vault', () => ['rekey', ...pass], 2],
    [
      'verify with a mistyped kit',
      () => ['verify', '--vault', vault, '--recovery-kit-file', home.file('typo', '00000-00011')],
      1,
    ],
  ])('ends %s', async (_, args, code) => {
    const result = await home.kw(args());
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(/^kw: \S/m);
  });
});
