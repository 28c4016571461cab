import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CorePorts } from '../../electron/core/ports.ts';
import { openDevKeywarden } from '../../electron/keywarden.ts';
import { type ServedKeywarden, serveKeywarden } from '../../electron/serve-keywarden.ts';
import { type KwHome, makeKwHome, textOf } from '../support/kw.ts';

const ports: CorePorts = {
  clock: {
    now: () => Date.now(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  },
  random: (length) => new Uint8Array(randomBytes(length)),
  log: () => {},
};

/** An unlocked desktop without its window: the same session and the same broker. */
let desktop: Awaited<ReturnType<typeof openDevKeywarden>>;
let session: string;
let home: KwHome;
let served: ServedKeywarden;

beforeEach(async () => {
  home = makeKwHome();
  desktop = await openDevKeywarden({ ports });
  session = await desktop.openSession('desktop');
  const socketPath = join(home.folder, 'runtime', 'broker.sock');
  served = await serveKeywarden({ keywarden: desktop, socketPath, ports });
});
afterEach(async () => {
  await served.close();
  await home.remove();
});

function asSession(path: string, data: Record<string, unknown>) {
  const credential = { kind: 'token', token: session } as const;
  return desktop.core.handle({ credential, operation: 'update', path, data, origin: 'desktop' });
}

/** The code that a waiting `kw login` shows. */
async function shownCode(login: ChildProcess): Promise<string> {
  const [line] = await once(login.stderr ?? login, 'data');
  const code = /the code (\S+) in/.exec(String(line))?.[1];
  if (code === undefined) throw new Error(`no code in: ${line}`);
  return code;
}

describe('kw login', () => {
  it('gets a token when the person at the desktop approves the code, and it ends with the session', async () => {
    const login = home.start(['login', '--json'], { env: { VAULT_ADDR: 'http://127.0.0.1:1' } });
    const ended = once(login, 'exit');
    const out = textOf(login.stdout);
    await asSession('auth/desktop/decide', { code: await shownCode(login), approve: true });
    expect(await ended).toEqual([0, null]);
    expect(JSON.parse(await out).policies).not.toContain('root');

    const tokenFile = join(home.folder, 'runtime', 'token');
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    expect(await out).not.toContain(readFileSync(tokenFile, 'utf8').trim());

    expect(await home.kw(['write', 'secret/app', 'a=-'], { input: 'b' })).toMatchObject({ code: 0 });
    const run = ['run', '-e', 'A=kw://secret/app#a', '--', process.execPath, '-p', 'process.env.A'];
    expect(await home.kw(run)).toMatchObject({ code: 0, stdout: 'b\n' });

    await asSession('auth/token/revoke-self', {});
    expect(await home.kw(['read', 'secret/app'])).toMatchObject({ code: 4, stdout: '' });
  });

  it('gets nothing when the person says no', async () => {
    const login = home.start(['login']);
    const ended = once(login, 'exit');
    await asSession('auth/desktop/decide', { code: await shownCode(login), approve: false });
    expect(await ended).toEqual([4, null]);
    expect(() => statSync(join(home.folder, 'runtime', 'token'))).toThrow();
  });

  it('says that nobody is there when the desktop is locked or there is none', async () => {
    await asSession('auth/token/revoke-self', {});
    expect(await home.kw(['login'])).toMatchObject({ code: 3, stderr: expect.stringMatching(/unlock it/) });
    await served.close();
    expect(await home.kw(['login'])).toMatchObject({ code: 3, stderr: expect.stringMatching(/^kw: \S/) });
  });

  it('refuses what it does not know', async () => {
    expect(await home.kw(['login', '--address', 'http://127.0.0.1:1'])).toMatchObject({ code: 2 });
    expect(await home.kw(['login', '-method=ldap'])).toMatchObject({ code: 2 });
    expect(await home.kw(['login', '-method=userpass'])).toMatchObject({ code: 2 });
  });

  it('fails when its token cannot be kept', async () => {
    mkdirSync(join(home.folder, 'runtime', 'token'));
    const login = home.start(['login']);
    const ended = once(login, 'exit');
    await asSession('auth/desktop/decide', { code: await shownCode(login), approve: true });
    expect(await ended).toEqual([1, null]);
  });
});

describe('kw login -method=userpass', () => {
  beforeEach(async () => {
    await asSession('sys/auth/userpass', { type: 'userpass' });
    await asSession('auth/userpass/users/ann', { password: 'canary-ann', token_policies: 'team' });
  });

  it('works without a desktop, with the password from standard input, and keeps the token', async () => {
    for (const args of [['username=ann', 'password=-'], ['ann'], ['--path', 'auth/userpass/', 'ann']]) {
      const result = await home.kw(['login', '-method=userpass', '-json', ...args], {
        input: 'canary-ann\n',
      });
      expect(result).toMatchObject({ code: 0 });
      expect(JSON.parse(result.stdout)).toMatchObject({ policies: ['default', 'team'] });
    }
    expect(statSync(join(home.folder, 'runtime', 'token')).mode & 0o777).toBe(0o600);
    expect(await home.kw(['read', 'auth/token/lookup-self'])).toMatchObject({ code: 0 });
  });

  it('says no to a wrong password, and keeps nothing', async () => {
    const result = await home.kw(['login', '--method', 'userpass', 'ann'], { input: 'wrong' });
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(() => statSync(join(home.folder, 'runtime', 'token'))).toThrow();
  });

  it('warns of a password among the arguments', async () => {
    const result = await home.kw(['login', '-method=userpass', 'ann', 'password=canary-ann']);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/others can read/);
  });

  it("keeps no token of a broker that is not this user's own, but prints it when asked", async () => {
    const elsewhere = [
      'login',
      '-method=userpass',
      '--address',
      `unix:${join(home.folder, 'runtime', 'broker.sock')}`,
    ];
    expect(await home.kw([...elsewhere, 'ann'], { input: 'canary-ann' })).toMatchObject({ code: 2 });
    const shown = await home.kw([...elsewhere, '--token-only', 'ann'], { input: 'canary-ann' });
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/^hvs\.\w+\n$/) });
    expect(() => statSync(join(home.folder, 'runtime', 'token'))).toThrow();
  });
});
