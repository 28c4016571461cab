import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';

let home: KwHome;
beforeEach(() => {
  home = makeKwHome();
});
afterEach(() => home.remove());

function vaultOptions(passphrase = 'correct horse battery staple\n'): string[] {
  return ['--vault', join(home.folder, 'vault'), '--passphrase-file', home.file('passphrase', passphrase)];
}
const ANY_PORT = ['--listen', '127.0.0.1:0'];

describe('kw init', () => {
  it('makes a vault and prints its id, root token and recovery kit once', async () => {
    const { code, stdout, stderr } = await home.kw(['init', ...vaultOptions(), '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      vault_id: expect.stringMatching(/./),
      root_token: expect.stringMatching(/./),
      recovery_kit: expect.stringMatching(/^([0-9A-Z]{5}-){13}[0-9A-Z]{5}$/),
    });
  });

  it.each([
    ['without a folder', () => ['--passphrase-file', home.file('p', 'x\n')], 2],
    ['with an option of a later day', () => [...vaultOptions(), '--shares', '3'], 2],
    ['with a passphrase file that is not there', () => ['--vault', 'v', '--passphrase-file', 'nowhere'], 1],
    ['with an empty passphrase', () => vaultOptions('\n'), 1],
    ['with a passphrase of two lines', () => vaultOptions('a\nb\n'), 1],
  ])('ends %s', async (_, args, code) => {
    const result = await home.kw(['init', ...args(), '--json']);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(JSON.parse(result.stderr)).toHaveProperty('error.message');
  });

  it('does not touch a vault that is there already', async () => {
    await home.kw(['init', ...vaultOptions()]);
    expect(await home.kw(['init', ...vaultOptions()])).toMatchObject({ code: 1, stdout: '' });
    const served = await home.serve([...vaultOptions(), ...ANY_PORT]);
    expect(await served.end()).toEqual({ code: 0, signal: null });
  });

  it('warns when others can read the passphrase, and never shows it', async () => {
    const args = vaultOptions('open to all\n');
    chmodSync(join(home.folder, 'passphrase'), 0o644);
    const { code, stdout, stderr } = await home.kw(['init', ...args]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/chmod 600/);
    expect(stdout + stderr).not.toContain('open to all');
  });
});

describe('kw serve', () => {
  it('says on one line where it serves, is found by kw, and ends cleanly', async () => {
    await home.kw(['init', ...vaultOptions()]);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const served = await home.serve([...vaultOptions(), ...ANY_PORT]);
      expect(served.ready).toEqual({
        event: 'ready',
        address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      });
      const runtime = join(home.folder, 'runtime');
      expect(readFileSync(join(runtime, 'address'), 'utf8')).toBe(`${served.address}\n`);
      expect(statSync(runtime).mode & 0o777).toBe(0o700);
      expect(statSync(join(runtime, 'broker.sock')).mode & 0o777).toBe(0o600);

      const status = await home.kw(['status', '--json']);
      expect(status.code).toBe(0);
      expect(JSON.parse(status.stdout)).toMatchObject({
        address: served.address,
        socket: join(runtime, 'broker.sock'),
        initialized: true,
        sealed: false,
      });
      expect(await served.end(signal)).toEqual({ code: 0, signal: null });
      expect(existsSync(join(runtime, 'address'))).toBe(false);
    }
  });

  it('keeps a socket elsewhere for those who know it', async () => {
    await home.kw(['init', ...vaultOptions()]);
    const socket = join(home.folder, 'elsewhere', 'kw.sock');
    await home.serve([...vaultOptions(), ...ANY_PORT, '--socket', socket]);
    expect(await home.kw(['status'])).toMatchObject({ code: 3 });
    expect(await home.kw(['status', '--address', `unix:${socket}`])).toMatchObject({ code: 0 });
  });

  it('takes the next free port when the wanted one is taken', async () => {
    await home.kw(['init', ...vaultOptions()]);
    const squatter = createServer();
    await new Promise<void>((done) => squatter.listen(0, '127.0.0.1', done));
    const address = squatter.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    const served = await home.serve([...vaultOptions(), '--listen', `127.0.0.1:${port}`]);
    expect(served.address).not.toBe(`http://127.0.0.1:${port}`);
    expect(await home.kw(['status'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(served.address),
    });
    squatter.close();
  });

  it.each([
    ['without a vault', () => ANY_PORT, 2],
    ['on an address that others can reach', () => [...vaultOptions(), '--listen', '0.0.0.0:0'], 2],
    ['on something that is no address', () => [...vaultOptions(), '--listen', '8200'], 2],
    ['in dev mode with a vault', () => ['--dev', ...vaultOptions()], 2],
    ['in dev mode with KV 3', () => ['--dev', '--dev-kv-version', '3'], 2],
    ['with an empty passphrase', () => vaultOptions(''), 1],
    ['where there is no vault', () => vaultOptions(), 5],
  ])('ends %s', async (_, args, code) => {
    const result = await home.kw(['serve', ...args()]);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(/^kw: \S/m);
  });

  it('does not open with another passphrase', async () => {
    await home.kw(['init', ...vaultOptions()]);
    const result = await home.kw(['serve', ...vaultOptions('wrong\n'), ...ANY_PORT]);
    expect(result).toMatchObject({ code: 4, stdout: '' });
  });

  it('does not open a vault that is open already', async () => {
    await home.kw(['init', ...vaultOptions()]);
    await home.serve([...vaultOptions(), ...ANY_PORT]);
    const second = await home.kw(['serve', ...vaultOptions(), ...ANY_PORT]);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(await home.kw(['status'])).toMatchObject({ code: 0 });
  });

  it('does not serve from a folder that others can write to', async () => {
    await home.kw(['init', ...vaultOptions()]);
    const runtime = join(home.folder, 'runtime');
    writeFileSync(runtime, 'not a folder');
    expect(await home.kw(['serve', ...vaultOptions(), ...ANY_PORT])).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('kw serve --dev', () => {
  it('serves KV 2 at secret/ with the chosen root token and keeps nothing', async () => {
    const served = await home.serve(['--dev', '--dev-root-token-id', 'root', ...ANY_PORT]);
    expect(served.ready).toMatchObject({ event: 'ready', root_token: 'root' });
    const env = { VAULT_TOKEN: 'root' };
    expect(await home.kw(['write', 'secret/app', 'a=-'], { env, input: 'b' })).toMatchObject({ code: 0 });
    expect(await home.kw(['read', 'secret/app', '--field', 'a'], { env })).toMatchObject({
      code: 0,
      stdout: 'b',
    });
    expect(await served.end()).toEqual({ code: 0, signal: null });
  });

  it('makes a root token of its own', async () => {
    const served = await home.serve(['--dev', '--dev-kv-version', '2', ...ANY_PORT]);
    const token = home.file('token', String(served.ready['root_token']));
    expect(await home.kw(['list', 'sys/policies/acl', '--token-file', token])).toMatchObject({ code: 0 });
  });

  it('does not trust a runtime folder that others can write to', async () => {
    await home.serve(['--dev', ...ANY_PORT]);
    expect(await home.kw(['status'])).toMatchObject({ code: 0 });
    chmodSync(join(home.folder, 'runtime'), 0o777);
    expect(await home.kw(['status'])).toMatchObject({ code: 3 });
    mkdirSync(join(home.folder, 'other'), { mode: 0o700 });
    const env = { KEYWARDEN_RUNTIME_DIR: join(home.folder, 'other') };
    expect(await home.kw(['status'], { env })).toMatchObject({ code: 3 });
  });
});
