import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabaseBench } from '../support/database-bench.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { installedPostgres } from '../support/postgres-binaries.ts';

const BROKERS = [
  { broker: 'a superuser', user: 'postgres' },
  { broker: 'CREATEROLE alone', user: 'maker' },
] as const;

describe.each(installedPostgres())('PostgreSQL: $name', ({ folder }) => {
  let postgres: TestPostgres;
  let bench: Awaited<ReturnType<typeof openDatabaseBench>>;

  beforeAll(async () => {
    postgres = await startPostgres(['max_prepared_transactions=4', 'wal_level=logical'], folder);
    bench = await openDatabaseBench(postgres);
    await postgres.query(`
      CREATE ROLE maker LOGIN CREATEROLE PASSWORD '${postgres.password}';
      CREATE ROLE bystander LOGIN PASSWORD 'bystander';
      GRANT app_readers TO maker WITH ADMIN OPTION;
      GRANT CREATE ON SCHEMA public TO app_readers;
      GRANT CREATE ON SCHEMA public TO maker WITH GRANT OPTION;
    `);
  });
  afterAll(() => postgres?.close());

  describe.each(BROKERS)('with $broker', ({ user }) => {
    const connection = () => ({ username: user, password: postgres.password });
    beforeAll(() => bench.configure(connection(), { creation_statements: [], revocation_statements: [] }));

    const powers = async (name: string) => {
      const [row] = await postgres.query<{ super: boolean; createrole: boolean }>(
        'SELECT rolsuper AS super, rolcreaterole AS createrole FROM pg_roles WHERE rolname = $1',
        [name],
      );
      return row;
    };

    it('functions and operators that a user puts in the way are not called with our rights', async () => {
      const trap = await bench.issue();
      const client = await postgres.login(trap.username, trap.password);
      // Each fits what we call better than the server's own does.
      const spring = `BEGIN EXECUTE 'ALTER ROLE bystander CREATEROLE CREATEDB'; EXCEPTION WHEN OTHERS THEN NULL; END;`;
      const traps = [
        ['shobj_description(oid, text) RETURNS text', 'RETURN pg_catalog.shobj_description($1, $2::name);'],
        ['hashtextextended(text, int) RETURNS bigint', 'RETURN pg_catalog.hashtextextended($1, $2::bigint);'],
        ['pg_sleep(numeric) RETURNS void', 'RETURN;'],
        ['make_interval(secs int) RETURNS interval', 'RETURN pg_catalog.make_interval(secs => $1::float8);'],
        [
          'has_schema_privilege(text, oid, text) RETURNS boolean',
          'RETURN pg_catalog.has_schema_privilege($1::name, $2, $3);',
        ],
        ['same(oid, int) RETURNS boolean', 'RETURN pg_catalog.oideq($1, $2::oid);'],
      ] as const;
      for (const [head, tail] of traps) {
        await client.query(
          `CREATE FUNCTION public.${head} LANGUAGE plpgsql AS $$ BEGIN ${spring} ${tail} END $$`,
        );
      }
      await client.query('CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = int, FUNCTION = public.same)');
      try {
        const other = await bench.issue();
        await bench.renew(other, 1800);
        const session = await postgres.login(other.username, other.password);
        await session.query(`CREATE TABLE owned_${user} (n int)`);
        await bench.end(other);
        await session.end();
        await bench.ask('read', 'check/main');
        expect(await powers('bystander')).toEqual({ super: false, createrole: false });
      } finally {
        await client.end();
        await postgres.query(
          `ALTER ROLE bystander NOCREATEROLE NOCREATEDB; DROP OWNED BY "${trap.username}"`,
        );
        await bench.end(trap);
      }
    });

    it('a user that keeps its own row locked in an open transaction ends all the same', async () => {
      const issued = await bench.issue();
      const client = await postgres.login(issued.username, issued.password);
      await client.query(`BEGIN; ALTER ROLE "${issued.username}" PASSWORD 'mine alone'`);
      expect((await bench.end(issued)).checks).toContain('no session');
      await expect(client.query('COMMIT')).rejects.toThrow();
      await client.end();
    });

    it("what a dead user's function may do does not grow with what other dead users have owned", async () => {
      const [owner, nosy] = [await bench.issue(), await bench.issue()];
      const mine = await postgres.login(owner.username, owner.password);
      await mine.query(`CREATE TABLE secret_${user} (n int); INSERT INTO secret_${user} VALUES (7)`);
      await mine.end();
      const theirs = await postgres.login(nosy.username, nosy.password);
      await theirs.query(
        `CREATE FUNCTION nose_${user}() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
         $$ BEGIN RETURN (SELECT n FROM secret_${user}); END $$`,
      );
      await theirs.query(`CREATE VIEW window_${user} AS SELECT n FROM secret_${user}`);
      await theirs.query(`GRANT SELECT ON window_${user} TO PUBLIC`);
      await theirs.end();
      await bench.end(owner);
      await bench.end(nosy);
      const bystander = await postgres.login('bystander', 'bystander');
      await expect(bystander.query(`SELECT nose_${user}()`)).rejects.toMatchObject({ code: '42501' });
      await expect(bystander.query(`SELECT n FROM window_${user}`)).rejects.toMatchObject({ code: '42501' });
      await bystander.end();
    });

    it('a keeper goes when nothing of what it was given is left', async () => {
      const first = await bench.issue();
      const client = await postgres.login(first.username, first.password);
      await client.query(`CREATE TABLE passing_${user} (n int)`);
      await client.end();
      await bench.end(first);
      const [row] = await postgres.query<{ owner: string }>(
        `SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'passing_${user}'`,
      );
      const keeper = () => postgres.query('SELECT FROM pg_roles WHERE rolname = $1', [row?.owner]);
      expect(await keeper()).toHaveLength(1);
      await postgres.query(`DROP TABLE passing_${user}`);
      const second = await bench.issue();
      const next = await postgres.login(second.username, second.password);
      await next.query('SELECT lo_create(0)');
      await next.end();
      await bench.end(second);
      expect(await keeper()).toEqual([]);
    });

    it('a keeper that a crash has left without us as its member is of use all the same', async () => {
      const issued = await bench.issue();
      const client = await postgres.login(issued.username, issued.password);
      await client.query('SELECT lo_create(0)');
      await client.end();
      const maker = await postgres.login(user, postgres.password);
      const id = 'SELECT oid::text AS oid FROM pg_roles WHERE rolname =';
      const [us] = (await maker.query(`${id} '${user}'`)).rows;
      const [them] = (await maker.query(`${id} '${issued.username}'`)).rows;
      await maker.query(`CREATE ROLE keywarden_keeper_${us.oid}_${them.oid} NOLOGIN`);
      await maker.end();
      expect((await bench.end(issued)).checks).toContain('no such role');
    });

    it('a transaction that was prepared does not outlive its user', async () => {
      const issued = await bench.issue();
      await postgres.query('CREATE DATABASE "odd ""name\'s"').catch(() => {});
      for (const database of ['postgres', 'odd "name\'s']) {
        await postgres.query('GRANT CREATE ON SCHEMA public TO app_readers', [], database);
        const client = await postgres.login(issued.username, issued.password, database);
        const gid = `it''s \\ ${user} ${database.length}`;
        await client.query(`BEGIN; CREATE TABLE prepared_${user} (n int); PREPARE TRANSACTION '${gid}'`);
        await client.end();
      }
      expect((await bench.end(issued)).checks).toContain('no such role');
      expect(await postgres.query('SELECT FROM pg_prepared_xacts')).toEqual([]);
    });

    it('whatever a user has made and granted goes or finds a keeper', async () => {
      await postgres.query(`
        GRANT CREATE ON DATABASE postgres TO app_readers;
        CREATE TABLE handed_${user} (n int); GRANT SELECT ON handed_${user} TO maker WITH GRANT OPTION;
      `);
      const issued = await bench.issue();
      const client = await postgres.login(issued.username, issued.password);
      await client.query(`
        CREATE SCHEMA "odd ""schema ${user}";
        CREATE FUNCTION "odd ""schema ${user}".f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE "odd 'table ${user}" (a int, b int);
        CREATE STATISTICS stat_${user} ON a, b FROM "odd 'table ${user}";
        CREATE COLLATION coll_${user} FROM "C";
        CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
        CREATE TEXT SEARCH CONFIGURATION words_${user} (COPY = pg_catalog.simple);
        CREATE TEXT SEARCH DICTIONARY book_${user} (TEMPLATE = pg_catalog.simple);
        CREATE DOMAIN dom_${user} AS int CHECK (VALUE > 0);
        ${user === 'postgres' ? `CREATE PUBLICATION pub FOR TABLE "odd 'table ${user}";` : ''}
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO bystander;
        GRANT SELECT ON "odd 'table ${user}" TO bystander;
        ALTER TABLE "odd 'table ${user}" ENABLE ROW LEVEL SECURITY;
        CREATE POLICY mine ON "odd 'table ${user}" TO "${issued.username}" USING (true);
        SELECT lo_create(0);
      `);
      await client.end();
      const granting = await postgres.login(user, postgres.password);
      await granting.query(`GRANT SELECT ON handed_${user} TO "${issued.username}"`);
      await granting.end();
      expect((await bench.end(issued)).checks).toContain('no such role');
      await postgres.query('DROP OPERATOR public.===(int, int)');
    });

    it('others that a user has made members of its group are not members any more', async () => {
      await bench.configure(connection(), {
        creation_statements: [
          `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}'`,
          'GRANT app_readers TO "{{name}}" WITH ADMIN OPTION',
        ],
      });
      const issued = await bench.issue();
      const client = await postgres.login(issued.username, issued.password);
      await client.query('GRANT app_readers TO bystander WITH ADMIN OPTION');
      await client.end();
      const bystander = await postgres.login('bystander', 'bystander');
      await postgres.query(`CREATE ROLE friend_${user}`);
      await bystander.query(`GRANT app_readers TO friend_${user}`);
      await bystander.end();
      await bench.configure(connection(), { creation_statements: [] });
      expect((await bench.end(issued)).checks).toContain('no such role');
      const members = await postgres.query(
        "SELECT member::regrole::text AS name FROM pg_auth_members WHERE roleid = 'app_readers'::regrole AND member::regrole::text LIKE 'bystander'",
      );
      expect(members).toEqual([]);
      await postgres.query(`DROP ROLE friend_${user}`);
    });

    it('a user that an administrator made a superuser is ended, or blocked with the reason', async () => {
      const issued = await bench.issue();
      await postgres.query(`ALTER ROLE "${issued.username}" SUPERUSER`);
      const client = await postgres.login(issued.username, issued.password);
      await client.query(`
        CREATE FUNCTION fire_${user}() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
        CREATE EVENT TRIGGER alarm_${user} ON sql_drop EXECUTE FUNCTION fire_${user}();
      `);
      await expect(bench.end(issued)).rejects.toThrow("the connection's user lacks a right: ");
      if (user === 'postgres') await expect(client.query('SELECT 1')).rejects.toThrow();
      await postgres.query(`DROP EVENT TRIGGER alarm_${user}; ALTER ROLE "${issued.username}" NOSUPERUSER`);
      expect((await bench.end(issued)).checks).toContain('no session');
      await expect(client.query('SELECT 1')).rejects.toThrow();
      await client.end();
    });

    it('one that was renamed ends by its OID, and so do sessions of one that was replaced', async () => {
      const renamed = await bench.issue();
      await postgres.query(`ALTER ROLE "${renamed.username}" RENAME TO "re ""named ${user}"`);
      expect((await bench.end(renamed)).checks).toContain('no such role');
      expect(await postgres.query("SELECT FROM pg_roles WHERE rolname LIKE 're %'")).toEqual([]);

      const replaced = await bench.issue();
      const client = await postgres.login(replaced.username, replaced.password);
      await postgres.query(`DROP ROLE "${replaced.username}"; CREATE ROLE "${replaced.username}"`);
      const told = user === 'postgres' ? 'does not carry our mark' : 'GRANT pg_signal_backend TO "maker"';
      await expect(bench.end(replaced)).rejects.toThrow(told);
      if (user !== 'postgres') {
        await postgres.query('GRANT pg_signal_backend TO maker');
        await expect(bench.end(replaced)).rejects.toThrow('does not carry our mark');
        await postgres.query('REVOKE pg_signal_backend FROM maker');
      }
      await expect(client.query('SELECT 1')).rejects.toThrow();
      await client.end();
      await postgres.query(`DROP ROLE "${replaced.username}"`);
      expect((await bench.end(replaced)).checks).toContain('no such role');
    });

    it('a lock on what a user owns is told as such, and not waited for without end', async () => {
      const issued = await bench.issue();
      const client = await postgres.login(issued.username, issued.password);
      await client.query(`CREATE TABLE locked_${user} (n int)`);
      await client.end();
      const reader = await postgres.login('postgres', postgres.password);
      await reader.query(`BEGIN; SELECT n FROM locked_${user}`);
      await expect(bench.end(issued)).rejects.toThrow(
        'somebody keeps a lock on the user, or on what it owns',
      );
      const waiting = await postgres.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
      expect(waiting).toEqual([]);
      await reader.end();
      expect((await bench.end(issued)).checks).toContain('no such role');
    });

    it('a hundred users leave nothing in the access lists and catalogs', async () => {
      const size = async () =>
        postgres.query(`SELECT (SELECT sum(cardinality(relacl)) FROM pg_class) AS tables,
          (SELECT sum(cardinality(nspacl)) FROM pg_namespace) AS schemas,
          (SELECT sum(cardinality(datacl)) FROM pg_database) AS databases,
          (SELECT count(*) FROM pg_auth_members) AS members, (SELECT count(*) FROM pg_shdepend) AS dependencies,
          (SELECT count(*) FROM pg_shdescription) AS comments, (SELECT count(*) FROM pg_db_role_setting) AS settings`);
      const before = await size();
      for (let batch = 0; batch < 10; batch += 1) {
        const issued = await Promise.all(Array.from({ length: 10 }, () => bench.issue()));
        for (const one of issued) await bench.end(one);
      }
      expect(await size()).toEqual(before);
    });
  });
});
