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
  });
});
