import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vaultSigner } from '../../electron/core/signing/vault-signer.ts';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import { mysqlPlugin } from '../../electron/engines/database/mysql/mysql-plugin.ts';
import { openLeaseBench } from '../support/lease-bench.ts';
import { startMariaDb, type TestMariaDb } from '../support/mariadb.ts';
import { serverSuite } from '../support/server-suite.ts';

const NEVER = new AbortController().signal;
const PROVEN = ['no such user', 'no session', 'login refused: 1045'];

serverSuite('mariadbd', 'users on MariaDB', () => {
  let mariadb: TestMariaDb;
  let bench: Awaited<ReturnType<typeof openLeaseBench>>;

  const configure = async (connection: Record<string, unknown> = {}, role: Record<string, unknown> = {}) => {
    await bench.ask('update', 'config/main', {
      plugin_name: 'mysql-database-plugin',
      connection_url: `{{username}}:{{password}}@tcp(127.0.0.1:${mariadb.port})/`,
      username: mariadb.user,
      password: mariadb.password,
      allowed_roles: '*',
      ...connection,
    });
    await bench.ask('update', 'roles/app', {
      db_name: 'main',
      group_role: 'app_readers',
      creation_statements: [],
      revocation_statements: [],
      default_ttl: '1h',
      ...role,
    });
  };

  const connect = ({ plaintext = false } = {}) =>
    mysqlPlugin.connect(
      {
        connectionUrl: `{{username}}:{{password}}@tcp(127.0.0.1:${mariadb.port})/`,
        username: mariadb.user,
        password: mariadb.password,
        tlsCa: '',
        tlsCertificate: '',
        privateKey: '',
      },
      { id: 'id', version: 1, limit: 4, plaintext, signer: vaultSigner('vault-1', new Uint8Array(32)) },
    );

  beforeAll(async () => {
    mariadb = await startMariaDb();
    await mariadb.query(`
      CREATE DATABASE shop; CREATE TABLE shop.orders (n int); INSERT INTO shop.orders VALUES (42);
      CREATE ROLE app_readers; GRANT SELECT ON shop.* TO app_readers;
      CREATE ROLE app_makers; GRANT SELECT, CREATE ROUTINE, EXECUTE, CREATE VIEW, EVENT ON shop.* TO app_makers`);
    bench = await openLeaseBench(databaseEngine, 'creds/app');
    await configure();
  });
  afterAll(() => mariadb?.close());

  it('the connection is shown without its password, and checked in words', async () => {
    const shown = (await bench.ask('read', 'config/main')).data;
    expect(shown).toMatchObject({
      plugin_name: 'mysql-database-plugin',
      connection_details: {
        connection_url: `{{username}}:{{password}}@tcp(127.0.0.1:${mariadb.port})/`,
        username: 'root',
      },
    });
    expect(JSON.stringify(shown)).not.toContain(mariadb.password);
    expect((await bench.ask('read', 'check/main')).data).toMatchObject({
      healthy: true,
      superuser: true,
      group_roles: ['app_makers', 'app_readers'],
    });
  });

  it('a new user reads through its role at once, and its password never reached the server', async () => {
    const issued = await bench.issue();
    const client = await mariadb.login(issued.username, issued.password);
    expect((await client.query('SELECT n FROM shop.orders'))[0]).toEqual([{ n: 42 }]);
    await client.end();
    const log = await mariadb.log();
    expect(log).toContain(issued.username);
    expect(log).not.toContain(issued.password);
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
  });

  it.each([
    ["CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON shop.* TO '{{name}}'@'%';"],
    [
      "CREATE USER '{{username}}'@'127.%' IDENTIFIED VIA mysql_native_password USING PASSWORD('{{password}}')",
    ],
  ])("a role's own statements serve: %s", async (statements) => {
    await configure({}, { creation_statements: statements });
    const issued = await bench.issue();
    await (await mariadb.login(issued.username, issued.password)).end();
    expect(await mariadb.log()).not.toContain(issued.password);
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
  });

  it.each([
    ['mysql-database-plugin', {}, /^v-approl-app-[A-Za-z0-9]{16}$/],
    ['mysql-legacy-database-plugin', {}, /^v-ap-[A-Za-z0-9]{11}$/],
    [
      'mysql-rds-database-plugin',
      { username_template: '{{.RoleName}}_{{random 12 | lowercase}}' },
      /^app_[a-z0-9]{12}$/,
    ],
  ])('%s with %j names its users', async (plugin_name, more, shape) => {
    await configure({ plugin_name, ...more });
    const issued = await bench.issue();
    expect(issued.username).toMatch(shape);
    await (await mariadb.login(issued.username, issued.password)).end();
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
    await expect(configure({ plugin_name, username_template: '{{.RoleName}}' })).rejects.toThrow('random');
    await configure({ username_template: '' });
  });

  it('a statement that would log the password is refused, unless the connection says so', async () => {
    const ed25519 = "CREATE USER '{{name}}'@'%' IDENTIFIED BY CONCAT('{{password}}')";
    await configure({}, { creation_statements: ed25519 });
    await expect(bench.issue()).rejects.toThrow('so that a hash can take its place');
    await configure(
      { password_authentication: 'password' },
      { creation_statements: "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'" },
    );
    const issued = await bench.issue();
    expect(await mariadb.log()).toContain(issued.password);
    await bench.end(issued);
    await configure({ password_authentication: 'scram-sha-256' });
  });

  it('statements that make nobody are told as such, and leave nothing behind', async () => {
    const users = () => mariadb.query("SELECT User FROM mysql.user WHERE User LIKE 'v-%'");
    const before = await users();
    await configure({}, { creation_statements: 'SELECT 1' });
    await expect(bench.issue()).rejects.toThrow('made no user of the name');
    await configure({}, { creation_statements: "GRANT nobody_there TO '{{name}}'@'%'" });
    await expect(bench.issue()).rejects.toMatchObject({ code: 'target-unavailable' });
    expect(await users()).toEqual(before);
    await configure();
  });

  describe('the end of a user', () => {
    it('ends its open sessions, in the midst of a statement too', async () => {
      const issued = await bench.issue();
      const [idle, busy] = await Promise.all([
        mariadb.login(issued.username, issued.password),
        mariadb.login(issued.username, issued.password),
      ]);
      const sleeping = busy.query('SELECT SLEEP(60)').then(
        () => 'done',
        () => 'cut',
      );
      expect((await bench.end(issued)).checks).toEqual(PROVEN);
      await expect(idle.query('SELECT 1')).rejects.toThrow();
      expect(await sleeping).toBe('cut');
    });

    it('is proven for a user that changed its own password', async () => {
      const issued = await bench.issue();
      const thief = await mariadb.login(issued.username, issued.password);
      await thief.query("SET PASSWORD = PASSWORD('stolen')");
      expect((await bench.end(issued)).checks).toEqual(PROVEN);
      await expect(mariadb.login(issued.username, 'stolen')).rejects.toMatchObject({ errno: 1045 });
    });

    it('ends a user on every host that the statements gave it', async () => {
      await configure(
        {},
        {
          creation_statements:
            "CREATE USER '{{name}}'@'127.0.0.1' IDENTIFIED BY '{{password}}'; CREATE USER '{{name}}'@'10.%' IDENTIFIED BY '{{password}}'",
        },
      );
      const issued = await bench.issue();
      await bench.end(issued);
      expect(await mariadb.query('SELECT Host FROM mysql.user WHERE User = ?', [issued.username])).toEqual(
        [],
      );
      await configure();
    });

    it('leaves a dead definer that gives nobody any right', async () => {
      await configure({}, { group_role: 'app_makers' });
      const issued = await bench.issue();
      const client = await mariadb.login(issued.username, issued.password);
      await client.query(
        'CREATE FUNCTION shop.f() RETURNS int SQL SECURITY DEFINER RETURN (SELECT max(n) FROM shop.orders)',
      );
      await client.query('CREATE SQL SECURITY DEFINER VIEW shop.v AS SELECT n FROM shop.orders');
      await client.query('CREATE EVENT shop.e ON SCHEDULE EVERY 1 DAY DO SELECT max(n) FROM shop.orders');
      await client.end();
      const { checks } = await bench.end(issued);
      expect(checks.slice(0, 3)).toEqual(PROVEN);
      expect(checks[3]).toContain('3 stored objects name it as definer');
      await mariadb.query(
        "CREATE USER stranger IDENTIFIED BY 'x'; GRANT EXECUTE, SELECT ON shop.* TO stranger",
      );
      for (const asker of [
        await mariadb.login('stranger', 'x'),
        await mariadb.login('root', mariadb.password),
      ]) {
        await expect(asker.query('SELECT shop.f()')).rejects.toMatchObject({ errno: 1449 });
        await expect(asker.query('SELECT * FROM shop.v')).rejects.toThrow();
        await asker.end();
      }
      await configure();
    });

    it('is success when somebody has dropped the user already, and safe to ask for again', async () => {
      const issued = await bench.issue();
      await mariadb.query(`DROP USER '${issued.username}'`);
      expect((await bench.end(issued)).checks).toEqual([...PROVEN, 'the user was already gone']);
      expect((await bench.end(issued)).checks).toEqual([...PROVEN, 'the user was already gone']);
    });

    it("runs the role's own revocation statements, and survives a mistake in them", async () => {
      await configure(
        {},
        {
          revocation_statements:
            "REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{{name}}'@'%'; DROP USER '{{name}}'@'%'",
        },
      );
      expect((await bench.end(await bench.issue())).checks).toEqual(PROVEN);
      await configure({}, { revocation_statements: 'SELECT nonsense' });
      expect((await bench.end(await bench.issue())).checks.at(-1)).toContain(
        'revocation statements failed (1054)',
      );
      await configure();
    });

    it('with a broker that may only what it needs is proven as well', async () => {
      await mariadb.query(`
        CREATE USER small_broker IDENTIFIED BY 'small';
        GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO small_broker;
        GRANT SELECT ON mysql.* TO small_broker; GRANT SELECT ON shop.* TO small_broker WITH GRANT OPTION`);
      await configure(
        { username: 'small_broker', password: 'small' },
        {
          creation_statements:
            "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON shop.* TO '{{name}}'@'%'",
        },
      );
      expect((await bench.ask('read', 'check/main')).data).toMatchObject({ healthy: true, superuser: false });
      const issued = await bench.issue();
      const client = await mariadb.login(issued.username, issued.password);
      expect((await bench.end(issued)).checks).toEqual(PROVEN);
      await expect(client.query('SELECT 1')).rejects.toThrow();
      await mariadb.query('REVOKE PROCESS, CONNECTION ADMIN ON *.* FROM small_broker');
      const { findings } = (await bench.ask('read', 'check/main')).data as { findings: string[] };
      expect(findings).toHaveLength(2);
      await configure();
    });
  });

  it('sessions of an account whose name differs in case alone are not its own', async () => {
    await mariadb.query("CREATE USER Clerk IDENTIFIED BY 'upper'; CREATE USER clerk IDENTIFIED BY 'lower'");
    const [upper, lower] = [await mariadb.login('Clerk', 'upper'), await mariadb.login('clerk', 'lower')];
    const server = connect();
    expect(await server.sessions?.('clerk', NEVER)).toBe(1);
    await server.endSessions?.('clerk', NEVER);
    await expect(lower.query('SELECT 1')).rejects.toThrow();
    await upper.query('SELECT 1');
    await upper.end();
  });

  it.each(['', 'NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES'])(
    'a password that a person chose is set to the letter, in plaintext and in the mode "%s"',
    async (mode) => {
      await mariadb.query(`SET GLOBAL sql_mode = '${mode}'`);
      try {
        await mariadb.query("CREATE OR REPLACE USER chosen IDENTIFIED BY 'old'");
        const password = `it's "mine" \\ {{name}}'; DROP USER clerk; -- `;
        const server = connect({ plaintext: true });
        for (const statements of [[], ['ALTER USER {{name}} IDENTIFIED BY "{{password}}"']]) {
          if (statements.length > 0 && mode === 'ANSI_QUOTES') continue;
          await server.setPassword({ name: 'chosen', password, salt: new Uint8Array(16), statements }, NEVER);
          expect(await server.tryLogin({ name: 'chosen', password }, NEVER)).toEqual({ kind: 'accepted' });
        }
        const loose = {
          name: 'chosen',
          password,
          salt: new Uint8Array(16),
          statements: ["SELECT 'x{{password}}'"],
        };
        await expect(server.setPassword(loose, NEVER)).rejects.toThrow(/between quotes of its own/);
      } finally {
        await mariadb.query("SET GLOBAL sql_mode = ''");
      }
    },
  );

  it('a static account gets another password, and the old one is refused', async () => {
    await mariadb.query("CREATE USER fixed IDENTIFIED BY 'old'");
    const server = connect();
    const signal = NEVER;
    const next = { name: 'fixed', password: 'new-password-of-it', salt: new Uint8Array(16), statements: [] };
    await server.setPassword(next, signal);
    expect(await server.tryLogin({ name: 'fixed', password: 'old' }, signal)).toEqual({
      kind: 'refused',
      code: '1045',
    });
    expect(await server.tryLogin(next, signal)).toEqual({ kind: 'accepted' });
    expect(await mariadb.log()).not.toContain(next.password);
    await mariadb.stop();
    expect(await server.tryLogin(next, signal)).toMatchObject({ kind: 'unknown' });
    await mariadb.start();
  });
});
