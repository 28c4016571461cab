import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KwHome, makeKwHome, type ServedKw } from '../support/kw.ts';

let home: KwHome;
let served: ServedKw;
const root = { VAULT_TOKEN: 'root' };
const nobody = { VAULT_TOKEN: 'not-a-token' };
let guest: { VAULT_TOKEN: string };

beforeAll(async () => {
  home = makeKwHome();
  served = await home.serve(['--dev', '--dev-root-token-id', 'root', '--listen', '127.0.0.1:0']);
  const policy = home.file('guest.hcl', 'path "secret/data/open" { capabilities = ["read"] }\n');
  await home.kw(['write', 'sys/policies/acl/guest', `policy=@${policy}`], { env: root });
  const made = await home.kw(['write', 'auth/token/create', 'policies=guest', '--field', 'client_token'], {
    env: root,
  });
  guest = { VAULT_TOKEN: made.stdout };
});
afterAll(() => home.remove());

const write = (path: string, ...fields: string[]) => home.kw(['write', path, ...fields], { env: root });

describe('every command of kw has its exit codes', () => {
  beforeAll(async () => {
    await write('secret/open', 'user=ann');
    await write('secret/closed', 'user=bob');
    await write('secret/gone', 'user=eve');
    await home.kw(['delete', 'secret/gone'], { env: root });
  });

  it.each([
    ['status', [], {}, 0],
    ['status', ['extra'], {}, 2],
    ['status', ['--address', 'ftp://nowhere'], {}, 2],
    ['status', ['--address', 'http://127.0.0.1:1'], {}, 3],
    ['status', ['--address', 'unix:/nowhere/kw.sock'], {}, 3],
    ['read', ['secret/open'], root, 0],
    ['read', ['secret/open'], 'guest', 0],
    ['read', ['secret/data/open'], root, 0],
    ['read', ['kw://secret/open#user'], root, 0],
    ['read', ['secret/data/open', '--token-file', '/nowhere/token'], {}, 1],
    ['read', [], root, 2],
    ['read', ['kw://secret/open'], root, 2],
    ['read', ['secret/open', '--address', 'http://127.0.0.1:1'], root, 3],
    ['read', ['secret/closed'], 'guest', 4],
    ['read', ['secret/open'], nobody, 4],
    ['read', ['secret/open'], {}, 4],
    ['read', ['secret/nothing'], root, 5],
    ['read', ['secret/gone'], root, 5],
    ['read', ['secret/open', '--field', 'password'], root, 5],
    ['read', ['nowhere/at/all'], root, 5],
    ['write', ['secret/other', 'a=b'], root, 0],
    ['write', ['secret/data/other', 'a=b'], root, 0],
    ['write', ['secret/other', 'a=@/nowhere/at/all'], root, 1],
    ['write', ['sys/policies/acl/bad', 'policy=path {'], root, 1],
    ['write', ['secret/other', 'novalue'], root, 2],
    ['write', ['secret/other', 'a=b', '--cas', '1'], root, 2],
    ['write', ['secret/other', 'a=b', '--address', 'http://127.0.0.1:1'], root, 3],
    ['write', ['secret/other', 'a=b'], 'guest', 4],
    ['write', ['secret/other', 'a=b'], {}, 4],
    ['write', ['auth/approle/login', 'role_id=x', 'secret_id=y'], {}, 4],
    ['write', ['nowhere/at/all', 'a=b'], root, 5],
    ['list', ['secret/'], root, 0],
    ['list', ['secret'], root, 0],
    ['list', ['secret/', 'more'], root, 2],
    ['list', ['secret/', '--address', 'http://127.0.0.1:1'], root, 3],
    ['list', ['secret/'], 'guest', 4],
    ['list', ['secret/empty/'], root, 5],
    ['delete', ['secret/other'], root, 0],
    ['delete', ['secret/never-there'], root, 0],
    ['delete', [], root, 2],
    ['delete', ['secret/other', '--address', 'http://127.0.0.1:1'], root, 3],
    ['delete', ['secret/other'], 'guest', 4],
    ['delete', ['nowhere/at/all'], root, 5],
    ['seal', ['now'], root, 2],
    ['seal', ['--address', 'http://127.0.0.1:1'], root, 3],
    ['seal', [], 'guest', 4],
    ['seal', [], {}, 4],
  ] as const)('kw %s %j', async (command, args, who, code) => {
    const env = who === 'guest' ? guest : who;
    const result = await home.kw([command, ...args], { env });
    expect(result).toMatchObject({ code });
    if (code === 0) expect(result.stderr).not.toMatch(/error|at .*\.js/i);
    else expect(result).toMatchObject({ stdout: '', stderr: expect.stringMatching(/^kw: \S[^\n]+\n/m) });
  });

  it.each([
    ['init'],
    ['serve'],
    ['login'],
    ['status'],
    ['seal'],
    ['read'],
    ['write'],
    ['list'],
    ['delete'],
    ['run'],
  ])('kw %s --help', async (command) => {
    const result = await home.kw([command, '--help']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(new RegExp(`^Usage: kw ${command} `));
  });

  it('knows its version and its own help', async () => {
    expect(await home.kw(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^kw \d+\.\d+\.\d+\n$/),
    });
    expect(await home.kw(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Exit codes'),
    });
    expect(await home.kw([])).toMatchObject({ code: 2, stdout: '' });
    expect(await home.kw(['nonsense'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('what kw prints', () => {
  it('is a table for people and the envelope for machines', async () => {
    await home.kw(['write', 'secret/shown', 'user=ann', 'password=-'], { env: root, input: 'hunter2\n' });
    const table = await home.kw(['read', 'secret/shown'], { env: root });
    expect(table.stdout).toBe('Key         Value\n---         -----\npassword    hunter2\nuser        ann\n');
    const json = await home.kw(['read', 'secret/shown', '--json'], { env: root });
    expect(JSON.parse(json.stdout)).toMatchObject({
      request_id: expect.any(String),
      lease_id: '',
      data: { data: { user: 'ann', password: 'hunter2' }, metadata: { version: 1 } },
    });
    const field = await home.kw(['read', 'secret/shown', '--field', 'password'], { env: root });
    expect(field.stdout).toBe('hunter2');
    const names = await home.kw(['list', 'secret'], { env: root });
    expect(names.stdout.split('\n')).toContain('shown');
  });

  it('is an older version when the reference says so', async () => {
    await home.kw(['write', 'secret/turned', 'a=-'], { env: root, input: 'old' });
    await home.kw(['write', 'secret/turned', 'a=-'], { env: root, input: 'new' });
    expect(await home.kw(['read', 'kw://secret/turned#a'], { env: root })).toMatchObject({ stdout: 'new' });
    expect(await home.kw(['read', 'kw://secret/turned#a?version=1'], { env: root })).toMatchObject({
      stdout: 'old',
    });
  });

  it('never lets a stored value drive the terminal', async () => {
    await home.kw(['write', 'secret/escape', 'a=-'], { env: root, input: '\u001b]0;title\u0007' });
    const { stdout } = await home.kw(['read', 'secret/escape'], { env: root });
    expect(stdout).toContain('\\x1b]0;title\\x07');
    expect(stdout).not.toContain('\u001b');
  });

  it('is an error as JSON when asked', async () => {
    const { stderr } = await home.kw(['read', 'secret/nothing', '--json'], { env: root });
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'not-found', message: expect.any(String) } });
  });

  it('B4: warns when a secret stands in the arguments, and does not repeat it', async () => {
    const warned = await home.kw(['write', 'secret/warned', 'password=hunter2'], { env: root });
    expect(warned).toMatchObject({ code: 0, stderr: expect.stringMatching(/password=-/) });
    expect(warned.stderr).not.toContain('hunter2');
    const quiet = await home.kw(['write', 'secret/warned', 'password=-'], { env: root, input: 'hunter2' });
    expect(quiet.stderr).not.toMatch(/arguments/);
  });

  it.each([
    ['auth/approle/login', 'secret_id=not-one', true],
    ['database/config/none', 'password=hunter2', true],
    ['auth/approle/role/none', 'token_ttl=5m', false],
    ['auth/approle/role/none', 'secret_id_num_uses=1', false],
  ])(
    'B4: outside of secrets the name of a field tells whether it is one: %s %s',
    async (path, field, warns) => {
      const { stderr } = await home.kw(['write', path, field], { env: root });
      expect(/arguments/.test(stderr)).toBe(warns);
    },
  );
});

describe('where kw finds its broker and its token', () => {
  it('takes --address before VAULT_ADDR before the socket of this user', async () => {
    const dead = { VAULT_ADDR: 'http://127.0.0.1:1' };
    expect(await home.kw(['status'], { env: dead })).toMatchObject({ code: 3 });
    expect(await home.kw(['status', '--address', served.address], { env: dead })).toMatchObject({ code: 0 });
    expect(await home.kw(['status'], { env: { VAULT_ADDR: served.address } })).toMatchObject({ code: 0 });
  });

  it('takes --token-file before VAULT_TOKEN', async () => {
    const file = home.file('root-token', 'root\n');
    const args = ['read', 'secret/open', '--field', 'user', '--token-file', file];
    expect(await home.kw(args, { env: nobody })).toMatchObject({ code: 0, stdout: 'ann' });
  });

  it("gives the token of kw login to this user's own broker only", async () => {
    const runtime = join('runtime', 'token');
    home.file(runtime, 'root\n');
    expect(await home.kw(['read', 'secret/open', '--field', 'user'])).toMatchObject({
      code: 0,
      stdout: 'ann',
    });
    const elsewhere = ['read', 'secret/open', '--address', served.address];
    expect(await home.kw(elsewhere)).toMatchObject({ code: 4 });
    home.file(runtime, '\n');
    expect(await home.kw(['read', 'secret/open'])).toMatchObject({ code: 1 });
  });
});

describe('a sealed broker', () => {
  it('answers every command with 3', async () => {
    const other = makeKwHome();
    try {
      await other.serve(['--dev', '--dev-root-token-id', 'root', '--listen', '127.0.0.1:0']);
      expect(await other.kw(['seal'], { env: root })).toMatchObject({ code: 0 });
      const status = await other.kw(['status', '--json']);
      expect(status.code).toBe(3);
      expect(JSON.parse(status.stdout)).toMatchObject({ sealed: true });
      for (const args of [
        ['read', 'secret/a'],
        ['write', 'secret/a', 'b=c'],
        ['list', 'secret/'],
        ['delete', 'secret/a'],
        ['seal'],
        ['login'],
      ]) {
        expect(await other.kw(args, { env: root }), args[0]).toMatchObject({ code: 3, stdout: '' });
        expect(await other.kw(args), args[0]).toMatchObject({ code: 3, stdout: '' });
      }
      const run = await other.kw(['run', '-e', 'A=kw://secret/a#b', '--', 'true'], { env: root });
      expect(run).toMatchObject({ code: 125, stdout: '' });
    } finally {
      await other.remove();
    }
  });
});
