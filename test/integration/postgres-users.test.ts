import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabaseBench } from '../support/database-bench.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let bench: Awaited<ReturnType<typeof openDatabaseBench>>;

beforeAll(async () => {
  postgres = await startPostgres(['log_statement=ddl']);
  bench = await openDatabaseBench(postgres);
  await postgres.query(`
    CREATE TABLE orders (n int);
    INSERT INTO orders VALUES (42);
    GRANT SELECT ON orders TO app_readers;
    GRANT CREATE ON SCHEMA public TO app_readers;
  `);
  await bench.configure();
});
afterAll(() => postgres?.close());

/** Waits on the server for a condition on its own catalog. */
async function until(sql: string, ...params: unknown[]): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    const [row] = await postgres.query<{ ok: boolean }>(`SELECT (${sql}) AS ok, pg_sleep(0.05)`, params);
    if (row?.ok) return;
  }
  throw new Error(`still not so: ${sql}`);
}

describe('a new user', () => {
  it('logs in with its password, which never reached the server as such', async () => {
    const { username, password, lease, secret } = await bench.issue();
    const client = await postgres.login(username, password);
    expect((await client.query('SELECT n FROM orders')).rows).toEqual([{ n: 42 }]);
    await client.end();
    expect(postgres.log()).toContain(username);
    expect(postgres.log()).toContain('SCRAM-SHA-256$4096:');
    expect(postgres.log()).not.toContain(password);
    expect(username).toMatch(/^v-approle--app-[A-Za-z0-9]{20}-\d+$/);
    await bench.end({ lease, secret });
  });

  it('carries a mark that names no path, and a deadline by the database clock', async () => {
    const { username, lease, secret } = await bench.issue(600);
    const role = await bench.role(username);
    expect(role?.comment).toMatch(
      new RegExp(`^keywarden:2 vault=vault-1 lease=${lease.nonce} until=\\d{4}-[^ ]+ sig=[\\w-]{86}$`),
    );
    const [clock] = await postgres.query<{ left: number }>(
      'SELECT extract(epoch FROM rolvaliduntil - now())::float8 AS left FROM pg_roles WHERE rolname = $1',
      [username],
    );
    expect(clock?.left).toBeGreaterThan(590);
    expect(clock?.left).toBeLessThanOrEqual(600);
    await bench.end({ lease, secret });
  });

  it('is refused by the database after its deadline, without anything of ours running', async () => {
    const { username, password, lease, secret } = await bench.issue(1);
    await until('SELECT rolvaliduntil < now() FROM pg_roles WHERE rolname = $1', username);
    await expect(postgres.login(username, password)).rejects.toMatchObject({ code: '28P01' });
    await bench.end({ lease, secret });
  });

  it('has a deadline even when the statements forget it', async () => {
    await bench.configure(
      {},
      {
        creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}'; GRANT app_readers TO "{{name}}";`,
      },
    );
    const issued = await bench.issue(600);
    expect((await bench.role(issued.username))?.valid).toBeInstanceOf(Date);
    await bench.end(issued);
    await bench.configure({}, { creation_statements: [] });
  });

  it('asked for twice with the same lease is one user, with the second attempt complete', async () => {
    const { lease, decision } = await bench.intend();
    const signal = new AbortController().signal;
    await decision.create(lease, signal);
    const { data } = await decision.create(lease, signal);
    const client = await postgres.login(String(data['username']), String(data['password']));
    await client.end();
    await bench.end({ lease, secret: decision.terms.secret });
  });

  it('leaves nothing behind when a statement fails, and says why', async () => {
    const before = await postgres.query('SELECT rolname FROM pg_roles');
    await bench.configure(
      {},
      { creation_statements: ['CREATE ROLE "{{name}}" LOGIN; GRANT nobody_there TO "{{name}}"'] },
    );
    await expect(bench.issue()).rejects.toThrow(
      'something that is named does not exist: role "nobody_there"',
    );
    await bench.configure({}, { creation_statements: ['CREATE ROLE {{name}}_x LOGIN'] });
    await expect(bench.issue()).rejects.toMatchObject({ code: 'target-unavailable' });
    expect(await postgres.query('SELECT rolname FROM pg_roles')).toEqual(before);
    await bench.configure({}, { creation_statements: [] });
  });
});

describe('the end of a user', () => {
  it('is proven: no role, no session, its password refused', async () => {
    const issued = await bench.issue();
    expect((await bench.end(issued)).checks).toEqual(['no such role', 'no session', 'login refused: 28P01']);
    expect(await bench.role(issued.username)).toBeUndefined();
  });

  it('ends a session that had done SET ROLE', async () => {
    const issued = await bench.issue();
    const client = await postgres.login(issued.username, issued.password);
    await client.query('SET ROLE app_readers');
    await bench.end(issued);
    await expect(client.query('SELECT n FROM orders')).rejects.toThrow();
    await client.end();
  });

  it('gives what the user owned to a powerless keeper, in every database', async () => {
    await postgres.query('CREATE DATABASE second');
    await postgres.query('GRANT CREATE ON SCHEMA public TO app_readers', [], 'second');
    const issued = await bench.issue();
    for (const database of ['postgres', 'second']) {
      const client = await postgres.login(issued.username, issued.password, database);
      await client.query('CREATE TABLE owned (n int); INSERT INTO owned VALUES (1)');
      await client.query('CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$');
      await client.end();
    }
    await bench.end(issued);
    for (const database of ['postgres', 'second']) {
      const [owner] = await postgres.query<{ tableowner: string }>(
        "SELECT tableowner FROM pg_tables WHERE tablename = 'owned'",
        [],
        database,
      );
      expect(owner?.tableowner).toMatch(/^keywarden_keeper_\d+_\d+$/);
      expect(await postgres.query('SELECT n FROM owned', [], database)).toEqual([{ n: 1 }]);
    }
    const [keeper] = await postgres.query<{ login: boolean; super: boolean }>(
      "SELECT rolcanlogin AS login, rolsuper AS super FROM pg_roles WHERE rolname LIKE 'keywarden_keeper%'",
    );
    expect(keeper).toEqual({ login: false, super: false });
  });

  it('is success when somebody has dropped the role already', async () => {
    const issued = await bench.issue();
    await postgres.query(`DROP ROLE "${issued.username}"`);
    expect((await bench.end(issued)).checks).toContain('no such role');
  });

  it('ends sessions that outlived a role dropped by hand', async () => {
    const issued = await bench.issue();
    const client = await postgres.login(issued.username, issued.password);
    await postgres.query(`DROP ROLE "${issued.username}"`);
    await bench.end(issued);
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await client.end();
  });

  it('is safe to ask for again', async () => {
    const issued = await bench.issue();
    await bench.end(issued);
    expect((await bench.end(issued)).checks).toContain('login refused: 28P01');
  });

  it('leaves nothing of a user whose creation was never told to us', async () => {
    const { lease, decision } = await bench.intend();
    const { data } = await decision.create(lease, new AbortController().signal);
    // A crash here: neither the OID nor the reply were kept.
    await bench.end({ lease, secret: decision.terms.secret });
    expect(await bench.role(String(data['username']))).toBeUndefined();
  });

  it('of a lease for which nothing was ever created is proven as well', async () => {
    const { lease, decision } = await bench.intend();
    const proof = await bench.end({ lease, secret: decision.terms.secret });
    expect(proof.checks).toEqual([
      'no such role',
      'no session',
      'login refused: 28P01',
      'the role was already gone',
    ]);
  });

  it('leaves a role alone that somebody put in the place of ours', async () => {
    const issued = await bench.issue();
    await postgres.query(`DROP ROLE "${issued.username}"; CREATE ROLE "${issued.username}" LOGIN`);
    await expect(bench.end(issued)).rejects.toThrow('does not carry our mark');
    await postgres.query(`DROP ROLE "${issued.username}"`);
    await bench.end(issued);
  });

  it("runs the role's own revocation statements first, and survives a mistake in them", async () => {
    await postgres.query('CREATE TABLE revoked (name text)');
    await bench.configure({}, { revocation_statements: ["INSERT INTO revoked VALUES ('{{name}}');"] });
    const issued = await bench.issue();
    await bench.end(issued);
    expect(await postgres.query('SELECT name FROM revoked')).toEqual([{ name: issued.username }]);
    await bench.configure({}, { revocation_statements: ['SELECT nonsense'] });
    const second = await bench.issue();
    expect((await bench.end(second)).checks.at(-1)).toContain('revocation statements failed (42703)');
    await bench.configure({}, { revocation_statements: [] });
  });

  it.each([
    ['a statement', ['SELECT pg_sleep(30)']],
    [
      'nothing, between two statements',
      ['DO $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END $$'],
    ],
  ])(
    'a connection that is cut while it waits for %s is told as such, and ends nothing else',
    async (what, cut) => {
      const issued = await bench.issue();
      await bench.configure({}, { revocation_statements: cut });
      const ending = bench.end(issued);
      const told = expect(ending).rejects.toMatchObject({ code: 'target-unavailable' });
      if (what === 'a statement') {
        await until(
          `SELECT count(pg_terminate_backend(pid)) = 1 FROM pg_stat_activity WHERE query = '${cut[0]}'`,
        );
      }
      await told;
      await bench.configure({}, { revocation_statements: [] });
      expect((await bench.end(issued)).checks).toContain('login refused: 28P01');
    },
  );

  it('is not proven while the server is down, and is when it is back', async () => {
    const issued = await bench.issue();
    await postgres.stop();
    await expect(bench.end(issued)).rejects.toMatchObject({
      code: 'target-unavailable',
      message: 'nothing answers at that address: is the database running?',
    });
    await postgres.start();
    expect((await bench.end(issued)).checks).toContain('login refused: 28P01');
  });
});

describe('renewal', () => {
  it('moves the deadline in the database', async () => {
    const issued = await bench.issue(60);
    const before = (await bench.role(issued.username))?.valid;
    await bench.renew(issued, 3600);
    const after = (await bench.role(issued.username))?.valid;
    expect(Number(after) - Number(before)).toBeGreaterThan(3_500_000);
    await bench.end(issued);
    await expect(bench.renew(issued, 3600)).rejects.toThrow('nothing to renew');
  });
});

describe('a broker with CREATEROLE but without superuser', () => {
  beforeAll(async () => {
    await postgres.query(`
      CREATE ROLE small_broker LOGIN CREATEROLE PASSWORD 'small';
      GRANT app_readers TO small_broker WITH ADMIN OPTION;
    `);
    await bench.configure({ username: 'small_broker', password: 'small' });
  });
  afterAll(() => bench.configure());

  it('creates, ends sessions, gives away objects and drops, with a proof', async () => {
    const issued = await bench.issue();
    const client = await postgres.login(issued.username, issued.password);
    await client.query('CREATE TABLE small_owned (n int); SET ROLE app_readers');
    expect((await bench.end(issued)).checks).toEqual(['no such role', 'no session', 'login refused: 28P01']);
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await client.end();
  });

  it('says which right is missing for a function, and finishes once it is there', async () => {
    const issued = await bench.issue();
    const client = await postgres.login(issued.username, issued.password);
    await client.query('CREATE FUNCTION g() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$');
    await client.end();
    let grant = '';
    await bench.end(issued).catch((error: Error) => {
      grant = /GRANT CREATE ON SCHEMA .*$/.exec(error.message)?.[0] ?? '';
    });
    expect(grant).toBe('GRANT CREATE ON SCHEMA "public" TO "small_broker" WITH GRANT OPTION');
    await postgres.query(grant);
    expect((await bench.end(issued)).checks).toContain('login refused: 28P01');
  });
});
