import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { policyOfDoors } from '../../shared/model/door.ts';
import { isRunning } from '../support/is-running.ts';
import { type KwHome, makeKwHome, type ServedKw, textOf } from '../support/kw.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let home: KwHome;
let served: ServedKw;
let postgres: TestPostgres;
const root = { VAULT_TOKEN: 'root' };

beforeAll(async () => {
  home = makeKwHome();
  [served, postgres] = await Promise.all([
    home.serve(['--dev', '--dev-root-token-id', 'root', '--listen', '127.0.0.1:0']),
    startPostgres(),
  ]);
  await home.kw(['write', 'secret/app', 'user=ann', 'password=-'], { env: root, input: 'hunter2' });
  await postgres.query('CREATE ROLE readers NOLOGIN');
  await write(
    'database/config/main',
    'plugin_name=postgresql-database-plugin',
    'allowed_roles=reader',
    `connection_url=postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
    `username=${postgres.user}`,
    `password=${postgres.password}`,
  );
  await write(
    'database/roles/reader',
    'db_name=main',
    'default_ttl=3s',
    'max_ttl=1h',
    `creation_statements=CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE readers;`,
  );
});
afterAll(async () => {
  await home.remove();
  await postgres.close();
});

async function write(...args: string[]): Promise<void> {
  const result = await home.kw(['write', ...args], { env: root });
  if (result.code !== 0) throw new Error(result.stderr);
}

/** A program that prints variables of its environment as JSON. */
const show = (...names: string[]) => [
  '--',
  process.execPath,
  '-e',
  `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`,
];

/** Accessors of all tokens that are alive. */
async function accessors(): Promise<string[]> {
  const { stdout } = await home.kw(['list', 'auth/token/accessors', '--json'], { env: root });
  return JSON.parse(stdout).data.keys;
}

describe('kw run', () => {
  it('puts what references name into the environment of the program', async () => {
    const envFile = home.file(
      '.env',
      [
        '# settings',
        'PLAIN=as it is',
        'USER_NAME=kw://secret/app#user',
        "export PASSWORD='kw://secret/data/app#password?version=1'",
        'REPLACED=from the file',
      ].join('\n'),
    );
    const args = [
      'run',
      '--env-file',
      envFile,
      '-e',
      'REPLACED=kw://secret/app#user',
      ...show('PLAIN', 'USER_NAME', 'PASSWORD', 'REPLACED', 'VAULT_TOKEN'),
    ];
    const { code, stdout, stderr } = await home.kw(args, { env: root });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(['as it is', 'ann', 'hunter2', 'ann', null]);
  });

  it('needs no broker when there is nothing to fetch, and still keeps the token to itself', async () => {
    const envFile = home.file('plain.env', 'PLAIN=1\n');
    const env = { VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: 'root' };
    const { code, stdout } = await home.kw(['run', '--env-file', envFile, ...show('PLAIN', 'VAULT_TOKEN')], {
      env,
    });
    expect({ code, shown: JSON.parse(stdout) }).toEqual({ code: 0, shown: ['1', null] });
  });

  it('fetches one user for name and password, renews it, and ends it with the program', async () => {
    const args = [
      'run',
      '-e',
      'PGUSER=kw://database/creds/reader#username',
      '-e',
      'PGPASSWORD=kw://database/creds/reader#password',
      '--',
    ];
    const script =
      'console.log(JSON.stringify([process.env.PGUSER, process.env.PGPASSWORD])); process.stdin.resume().on("end", () => process.exit(7))';
    const before = await accessors();
    const child = home.start([...args, process.execPath, '-e', script], { env: root });
    const ended = once(child, 'exit');
    const said = textOf(child.stderr);
    const [line] = await once(child.stdout ?? child, 'data');
    const [user, password] = JSON.parse(String(line)) as [string, string];
    expect(
      await postgres.query('SELECT count(*)::int AS n FROM pg_roles WHERE rolcanlogin AND rolname <> $1', [
        postgres.user,
      ]),
    ).toEqual([{ n: 1 }]);

    // Longer than its TTL of three seconds: only renewal lets it log in still.
    const until = async () =>
      (
        await postgres.query<{ left: number }>(
          `SELECT extract(epoch FROM rolvaliduntil - now())::float AS left FROM pg_roles WHERE rolname = $1`,
          [user],
        )
      )[0]?.left ?? 0;
    const issued = performance.now();
    await expect
      .poll(async () => performance.now() - issued > 4_500 && (await until()) > 0, {
        timeout: 15_000,
        interval: 250,
      })
      .toBe(true);
    await (await postgres.login(user, password)).end();

    expect((await accessors()).length).toBe(before.length + 1);
    child.stdin?.end();
    expect(await ended).toEqual([7, null]);
    expect(await said).toBe('');
    expect(await accessors()).toEqual(before);
    await expect
      .poll(() => postgres.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [user]), { timeout: 10_000 })
      .toEqual([]);
    await expect(postgres.login(user, password)).rejects.toMatchObject({ code: '28P01' });
  });

  it.each([
    ['its own code', 'process.exit(42)', 42],
    ['128+n for a signal', 'process.kill(process.pid, "SIGKILL")', 137],
    ['done', '', 0],
  ])("passes on the program's end: %s", async (_, script, code) => {
    const result = await home.kw(
      ['run', '-e', 'A=kw://secret/app#user', '--', process.execPath, '-e', script],
      { env: root },
    );
    expect(result).toMatchObject({ code, stderr: '' });
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2'] as const)(
    'hands %s on to the program',
    async (signal) => {
      const script = `process.on("${signal}", () => { console.log("got it"); process.exit(9) }); setInterval(() => {}, 1000); console.log("up")`;
      const before = await accessors();
      const child = home.start(
        ['run', '-e', 'A=kw://secret/app#user', '--', process.execPath, '-e', script],
        { env: root },
      );
      const ended = once(child, 'exit');
      let said = '';
      child.stdout?.on('data', (chunk) => {
        if (said === '') child.kill(signal);
        said += chunk;
      });
      expect(await ended).toEqual([9, null]);
      expect(said).toBe('up\ngot it\n');
      expect(await accessors()).toEqual(before);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'leaves nothing running that the program has started, without a terminal',
    async () => {
      // One that can be asked, and one that does not heed it.
      const script = `sh -c 'while :; do sleep 1; done' & echo $!; sh -c 'trap "" TERM; : > ready; while :; do sleep 1; done' & echo $!; until [ -e ready ]; do sleep 0.05; done; exit 3`;
      const child = home.start(['run', '-e', 'A=kw://secret/app#user', '--', 'sh', '-c', script], {
        env: root,
        detached: true,
      });
      const said = textOf(child.stdout);
      expect(await once(child, 'exit')).toEqual([3, null]);
      const started = (await said).match(/\d+/g)?.map(Number) ?? [];
      expect(started).toHaveLength(2);
      expect(started.filter(isRunning)).toEqual([]);
    },
  );

  it.each([
    ['an unknown secret', ['-e', 'A=kw://secret/nothing#a', '--', 'true'], root, 125],
    ['an unknown field', ['-e', 'A=kw://secret/app#nothing', '--', 'true'], root, 125],
    ['a version that is not there', ['-e', 'A=kw://secret/app#user?version=9', '--', 'true'], root, 125],
    [
      'a version of what has none',
      ['-e', 'A=kw://database/creds/reader#username?version=1', '--', 'true'],
      root,
      125,
    ],
    ['an unknown role', ['-e', 'A=kw://database/creds/nobody#username', '--', 'true'], root, 125],
    ['no token', ['-e', 'A=kw://secret/app#user', '--', 'true'], {}, 125],
    ['a dead token', ['-e', 'A=kw://secret/app#user', '--', 'true'], { VAULT_TOKEN: 'dead' }, 125],
    [
      'no broker',
      ['--address', 'http://127.0.0.1:1', '-e', 'A=kw://secret/app#user', '--', 'true'],
      root,
      125,
    ],
    ['an env file that is not there', ['--env-file', 'nowhere', '--', 'true'], root, 125],
    ['a program that is not there', ['-e', 'A=kw://secret/app#user', '--', '/nowhere/at/all'], root, 125],
    ['no program', ['-e', 'A=kw://secret/app#user'], root, 2],
    ['a value in the arguments', ['-e', 'A=hunter2', '--', 'true'], root, 2],
    ['a wrong reference', ['-e', 'A=kw://secret', '--', 'true'], root, 2],
  ])('fails with %s', async (_, args, env, code) => {
    const before = await accessors();
    const result = await home.kw(['run', ...args], { env });
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^kw: \S/) });
    expect(result.stderr).not.toContain('hunter2');
    expect(await accessors()).toEqual(before);
  });

  it('names the line of a bad env file, and never its value', async () => {
    for (const text of [
      'A=1\nnot an assignment\n',
      'A=1\nB=x kw://secret/app#user\n',
      'A=1\nB=kw://secret\n',
    ]) {
      const result = await home.kw(['run', '--env-file', home.file('bad.env', text), '--', 'true'], {
        env: root,
      });
      expect(result).toMatchObject({ code: 125, stderr: expect.stringContaining('line 2') });
    }
  });

  it("runs under the token of an app that has one door, as the desktop's hand-over writes it", async () => {
    const policy = home.file('app.hcl', policyOfDoors([{ kind: 'read-secret', target: 'app' }]));
    await write('sys/policies/acl/app', `policy=@${policy}`);
    await write('auth/approle/role/app', 'token_policies=app', 'token_ttl=10m');
    const asRoot = (...args: string[]) => home.kw(args, { env: root });
    const roleId = await asRoot('read', '--field', 'role_id', 'auth/approle/role/app/role-id');
    const secretId = await asRoot('write', '--field', 'secret_id', 'auth/approle/role/app/secret-id');
    const login = [
      'write',
      '--field',
      'client_token',
      'auth/approle/login',
      `role_id=${roleId.stdout}`,
      'secret_id=-',
    ];
    const token = await home.kw(login, { input: secretId.stdout });
    expect(token).toMatchObject({ code: 0, stderr: '' });
    const env = { VAULT_TOKEN: token.stdout };
    const allowed = await home.kw(['run', '-e', 'A=kw://secret/app#user', ...show('A')], { env });
    expect(allowed).toMatchObject({ code: 0, stdout: '["ann"]\n', stderr: '' });
    const refused = await home.kw(['run', '-e', 'A=kw://secret/other#user', ...show('A')], { env });
    expect(refused).toMatchObject({ code: 125, stdout: '' });

    const bare = home.file('bare.hcl', 'path "secret/data/app" { capabilities = ["read"] }');
    await write('sys/policies/acl/app', `policy=@${bare}`);
    const childless = await home.kw(['run', '-e', 'A=kw://secret/app#user', ...show('A')], { env });
    expect(childless).toMatchObject({ code: 125, stderr: expect.stringContaining('auth/token/create') });
  });

  it('gives the program the token of the run when asked', async () => {
    const result = await home.kw(['run', '--pass-token', ...show('VAULT_TOKEN', 'VAULT_ADDR')], {
      env: root,
    });
    const [token, address] = JSON.parse(result.stdout) as [string, string];
    expect(address).toBe(served.address);
    expect(token).not.toBe('root');
    expect(await home.kw(['read', 'secret/app'], { env: { VAULT_TOKEN: token } })).toMatchObject({ code: 4 });
  });

  it('waits for a broker that is not there, or is sealed, when asked', async () => {
    const other = makeKwHome();
    const vault = [
      '--vault',
      join(other.folder, 'vault'),
      '--passphrase-file',
      other.file('passphrase', 'x\n'),
    ];
    const listen = ['--listen', '127.0.0.1:0'];
    const waiting = async () => {
      const args = ['run', '--wait', '-e', 'A=kw://secret/app#a', ...show('A')];
      const child = other.start(args, { env: { VAULT_TOKEN: token } });
      const said = String((await once(child.stderr ?? child, 'data'))[0]);
      return { said, out: textOf(child.stdout), ended: once(child, 'exit') };
    };
    let token = '';
    try {
      token = JSON.parse((await other.kw(['init', ...vault])).stdout).root_token;
      const env = { VAULT_TOKEN: token };
      const first = await other.serve([...vault, ...listen]);
      await other.kw(['write', 'secret/app', 'a=-'], { env, input: 'late' });
      await other.kw(['seal'], { env });
      const forSealed = await waiting();
      expect(forSealed.said).toMatch(/sealed.*Waiting/);
      await first.end();
      const forAbsent = await waiting();
      expect(forAbsent.said).toMatch(/No broker.*Waiting/);
      await other.serve([...vault, ...listen]);
      for (const run of [forSealed, forAbsent]) {
        expect(await run.ended).toEqual([0, null]);
        expect(await run.out).toBe('["late"]\n');
      }
    } finally {
      await other.remove();
    }
  });

  it('undoes itself when a signal comes while it waits', async () => {
    const other = makeKwHome();
    try {
      const child = other.start(['run', '--wait', '-e', 'A=kw://secret/app#a', ...show('A')], { env: root });
      await once(child.stderr ?? child, 'data');
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await ended).toEqual([143, null]);
    } finally {
      await other.remove();
    }
  });
});

describe('kw run --on-change', () => {
  /** A program that says what it got, and says so again at each SIGHUP, until it is told to end. */
  const SAYS = `
    const say = (word) => console.log(word + ' ' + process.env.VALUE);
    process.on('SIGHUP', () => say('hup'));
    setInterval(() => {}, 1000);
    say('started');
  `;
  async function watchRun(how: string, path: string) {
    await write(`secret/${path}`, 'value=one');
    const args = ['run', '--on-change', how, '-e', `VALUE=kw://secret/${path}#value`];
    const child = home.start([...args, '--', process.execPath, '-e', SAYS], { env: root });
    let said = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    const told = textOf(child.stderr);
    return {
      child,
      said: () => said,
      told,
      until: (text: string) => vi.waitFor(() => expect(said).toContain(text), 20_000),
    };
  }

  it('restart: starts the program anew with the new value, within a second or so', async () => {
    const run = await watchRun('restart', 'restarted');
    await run.until('started one');
    await write('secret/restarted', 'value=two');
    await run.until('started two');
    await write('secret/restarted', 'value=three');
    await run.until('started three');
    run.child.kill('SIGTERM');
    const [code] = (await once(run.child, 'exit')) as [number | null];
    expect(code).toBe(143);
  });

  it('restart: leaves the program alone when the new secret cannot be read', async () => {
    const run = await watchRun('restart', 'deleted');
    await run.until('started one');
    expect(await home.kw(['delete', 'secret/deleted'], { env: root })).toMatchObject({ code: 0 });
    await write('secret/deleted', 'value=back');
    await run.until('started back');
    run.child.kill('SIGTERM');
    await once(run.child, 'exit');
    expect(run.said()).toBe('started one\nstarted back\n');
    expect(await run.told).toContain('cannot be read');
  });

  it('signal: sends SIGHUP', async () => {
    const run = await watchRun('signal', 'signalled');
    await run.until('started one');
    await write('secret/signalled', 'value=two');
    await run.until('hup one');
    run.child.kill('SIGTERM');
    await once(run.child, 'exit');
  });

  it('ends with the program’s own code, and refuses what it does not know', async () => {
    const args = ['run', '--on-change', 'restart', '-e', 'VALUE=kw://secret/app#user', '--'];
    expect(await home.kw([...args, process.execPath, '-e', 'process.exit(7)'], { env: root })).toMatchObject({
      code: 7,
    });
    expect(await home.kw(['run', '--on-change', 'sing', '--', 'true'], { env: root })).toMatchObject({
      code: 2,
    });
  });
});
