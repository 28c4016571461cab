import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabaseBench } from '../support/database-bench.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { installedPostgres } from '../support/postgres-binaries.ts';

describe.each(installedPostgres())('a rehearsal on PostgreSQL: $name', ({ folder }) => {
  let postgres: TestPostgres;
  let bench: Awaited<ReturnType<typeof openDatabaseBench>>;

  beforeAll(async () => {
    postgres = await startPostgres([], folder);
    bench = await openDatabaseBench(postgres);
    await postgres.query(`
      CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'maker';
      CREATE ROLE nobody LOGIN PASSWORD 'nobody';
      CREATE ROLE closed NOLOGIN;
      GRANT app_readers TO maker WITH ADMIN OPTION;
    `);
  });
  afterAll(() => postgres?.close());

  const role = async (fields: Record<string, unknown> = {}) => {
    const { warnings } = await bench.ask('update', 'roles/app', {
      db_name: 'main',
      group_role: 'app_readers',
      verify_connection: true,
      ...fields,
    });
    const { data } = await bench.ask('read', 'roles/app');
    return { warnings, promise: data?.['promise'], missing: data?.['missing_rights'] };
  };
  const leftOver = () => postgres.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-rehearsal-%'");

  it.each([
    ['a superuser', {}],
    ['a broker with CREATEROLE alone', { username: 'maker', password: 'maker' }],
  ])('as %s shows that keycards die by themselves, and leaves nothing', async (_who, connection) => {
    await bench.configure(connection);
    expect(await role()).toEqual({ warnings: undefined, promise: 'dies-by-itself', missing: [] });
    const decision = await bench.decide('read', 'creds/app');
    expect(decision).toMatchObject({ kind: 'issue', terms: { promise: 'dies-by-itself' } });
    expect(await leftOver()).toEqual([]);
  });

  it('of a connection says which right is missing', async () => {
    const { warnings } = await bench.ask('update', 'config/main', { username: 'nobody', password: 'nobody' });
    expect(warnings).toEqual(['The user nobody may not create users: ALTER ROLE "nobody" CREATEROLE']);
    await bench.configure();
  });

  it('of a role says what its statements lack, and the role is written all the same', async () => {
    const statement = { creation_statements: ['CREATE ROLE "{{name}}" LOGIN IN ROLE nobody_there'] };
    const { warnings, promise } = await role(statement);
    expect(warnings?.[0]).toMatch(/a user could not be made: .*role "nobody_there"/);
    expect(promise).toBe('needs-keywarden');
    const locked = await role({ creation_statements: [`CREATE ROLE "{{name}}" PASSWORD '{{password}}'`] });
    expect(locked.warnings?.[0]).toMatch(/^the new user could not log in/);
    expect(locked.promise).toBe('needs-keywarden');
    expect(await leftOver()).toEqual([]);
    await role({ creation_statements: [] });
  });

  it('without the group in its hands says so to a broker that is no superuser', async () => {
    await bench.configure({ username: 'maker', password: 'maker' });
    const { warnings } = await role({ group_role: 'closed' });
    // Before 16, CREATEROLE alone may grant whatever is not a superuser.
    const [version] = await postgres.query<{ n: number }>(
      "SELECT current_setting('server_version_num')::int AS n",
    );
    if ((version?.n ?? 0) >= 160_000) expect(warnings?.[0]).toMatch(/a user could not be made/);
    else expect(warnings).toBeUndefined();
    await bench.configure();
  });

  it('shows that where logins need no password, keycards need Keywarden', async () => {
    const [file] = await postgres.query<{ hba_file: string }>('SHOW hba_file');
    const [was] = await postgres.query<{ text: string }>("SELECT pg_read_file('pg_hba.conf') AS text");
    writeFileSync(file?.hba_file ?? '', `host all all 127.0.0.1/32 trust\n`);
    await postgres.query('SELECT pg_reload_conf()');
    for (let look = 0; look < 100; look++) {
      const trusted = await postgres.login('postgres', 'wrong').then(
        (client) => client.end().then(() => true),
        () => false,
      );
      if (trusted) break;
      await postgres.query('SELECT pg_sleep(0.02)');
    }
    const { promise, warnings } = await role();
    expect(promise).toBe('needs-keywarden');
    expect(warnings?.join()).toMatch(/after their deadline/);
    writeFileSync(file?.hba_file ?? '', '');
    appendFileSync(file?.hba_file ?? '', was?.text ?? '');
    await postgres.query('SELECT pg_reload_conf()');
  });

  it('of a server that is down says so, and claims nothing', async () => {
    await postgres.stop();
    const { warnings, promise } = await role();
    expect(warnings?.[0]).toMatch(/^a user could not be made: nothing answers at that address/);
    expect(promise).toBe('needs-keywarden');
    await postgres.start();
  });
});
