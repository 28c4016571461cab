import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import { databaseLeases } from '../../electron/engines/database/lease-lifecycle.ts';
import { openLeaseBench } from '../support/lease-bench.ts';
import { startMariaDb, type TestMariaDb } from '../support/mariadb.ts';
import { serverSuite } from '../support/server-suite.ts';

const OWN =
  "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON shop.* TO '{{name}}'@'%'";

serverSuite('mariadbd', 'marks and rehearsals on MariaDB', () => {
  let mariadb: TestMariaDb;
  let bench: Awaited<ReturnType<typeof openLeaseBench>>;

  const configure = (user = mariadb.user, password = mariadb.password) =>
    bench.ask('update', 'config/main', {
      plugin_name: 'mysql-database-plugin',
      connection_url: `{{username}}:{{password}}@tcp(127.0.0.1:${mariadb.port})/`,
      username: user,
      password,
      allowed_roles: '*',
    });
  const role = async (fields: Record<string, unknown> = {}) => {
    const { warnings } = await bench.ask('update', 'roles/app', {
      db_name: 'main',
      creation_statements: OWN,
      revocation_statements: [],
      ...fields,
    });
    const { data } = await bench.ask('read', 'roles/app');
    return { warnings, promise: data?.['promise'], missing: data?.['missing_rights'] };
  };
  const accounts = (name: string) =>
    mariadb.query<{ host: string; priv: unknown }>(
      'SELECT Host AS host, Priv AS priv FROM mysql.global_priv WHERE User LIKE ?',
      [name],
    );

  beforeAll(async () => {
    mariadb = await startMariaDb();
    await mariadb.query(`
      CREATE DATABASE shop; CREATE TABLE shop.orders (n int); CREATE ROLE readers;
      CREATE USER poor IDENTIFIED BY 'poor'; GRANT CREATE USER ON *.* TO poor;
      GRANT SELECT ON mysql.* TO poor; GRANT SELECT ON shop.* TO poor WITH GRANT OPTION;
      CREATE USER watcher IDENTIFIED BY 'watcher'; GRANT CREATE USER, PROCESS ON *.* TO watcher;
      GRANT SELECT ON mysql.* TO watcher; GRANT SELECT ON shop.* TO watcher WITH GRANT OPTION;
      CREATE USER mean IDENTIFIED BY 'mean'; GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO mean;
      GRANT SELECT ON mysql.* TO mean`);
    bench = await openLeaseBench(databaseEngine, 'creds/app');
    await configure();
    await role();
  });
  afterAll(() => mariadb?.close());

  it('a mark, and the server’s id, are accounts that open nothing and were granted nothing', async () => {
    const issued = await bench.issue();
    const marks = [...(await accounts(issued.username)), ...(await accounts('keywarden-server'))].filter(
      ({ host }) => host.startsWith('keywarden:'),
    );
    expect(marks).toHaveLength(2);
    for (const { host, priv } of marks) {
      expect(host.length).toBeLessThanOrEqual(255);
      expect(priv).toMatchObject({
        access: 0,
        account_locked: true,
        authentication_string: 'invalid',
      });
    }
    await expect(mariadb.login('keywarden-server', '')).rejects.toMatchObject({ errno: 1045 });
    await bench.end(issued);
    expect(await accounts(issued.username)).toEqual([]);
    expect(await accounts('keywarden-server')).toHaveLength(1);
  });

  it('a server that lost its id is known by the mark of the user, and gets another id', async () => {
    const [kept, lost] = [await bench.issue(), await bench.issue()];
    const drop = async (name: string) => {
      for (const { host } of await accounts(name)) await mariadb.query(`DROP USER '${name}'@'${host}'`);
    };
    await drop('keywarden-server');
    expect((await bench.end(kept)).checks).toContain('login refused: 1045');
    await drop(lost.username);
    await expect(bench.end(lost)).rejects.toThrow('another server answers');
    const next = await bench.issue();
    expect(await accounts('keywarden-server')).toHaveLength(1);
    expect((await bench.end(next)).checks).toContain('login refused: 1045');
    bench.live.splice(0);
  });

  it('a rehearsal shows that a role works, and leaves nothing', async () => {
    expect(await role()).toEqual({ warnings: undefined, promise: 'needs-keywarden', missing: [] });
    expect(await role({ creation_statements: [], group_role: 'readers' })).toMatchObject({ missing: [] });
    expect(await accounts('v-%')).toEqual([]);
    await configure('mean', 'mean');
    await configure();
  });

  it.each([
    [
      'a grant that the broker may not give',
      { who: 'mean' },
      /^a user could not be made: .*lacks a right: .*shop/,
    ],
    [
      'a role that is not there',
      { group_role: 'nobody_there', creation_statements: [] },
      /^a user could not be made/,
    ],
    [
      'a user that may not log in from here',
      { creation_statements: "CREATE USER '{{name}}'@'10.0.0.1' IDENTIFIED BY '{{password}}'" },
      /^the new user could not log in from here/,
    ],
    ['what is no SQL', { creation_statements: "CREATE USR '{{name}}'@'%'" }, /not valid SQL/],
    ['sessions that the broker cannot see', { who: 'poor' }, /could not be ended: .*GRANT PROCESS/],
    ['sessions that the broker cannot end', { who: 'watcher' }, /could not be ended: .*CONNECTION ADMIN/],
  ])(
    'a rehearsal tells %s, and the role is written all the same',
    async (_what, { who, ...fields }: Record<string, string | string[]>, words) => {
      if (who) await configure(String(who), String(who));
      const { warnings, promise, missing } = await role({ group_role: '', ...fields });
      expect(warnings?.join()).toMatch(words);
      expect(missing).toEqual(warnings);
      expect(promise).toBe('needs-keywarden');
      await configure();
      expect(await accounts('v-%')).toEqual([]);
      await role();
    },
  );

  it('sessions that cannot be seen prove nothing: the user is removed, and dead when they can', async () => {
    await configure('poor', 'poor');
    const issued = await bench.issue();
    const client = await mariadb.login(issued.username, issued.password);
    await expect(bench.end(issued)).rejects.toThrow(/GRANT PROCESS/);
    await client.query('SELECT 1');
    await configure();
    expect((await bench.end(issued)).checks).toContain('no session');
    await expect(client.query('SELECT 1')).rejects.toThrow();
  });

  it('after a jump of our clock a user is disabled, and removed when the server’s clock says so or a person asks', async () => {
    const issued = await bench.issue();
    const client = await mariadb.login(issued.username, issued.password);
    const inDoubt = { ...issued.lease, ending: { isExpiry: true, isInDoubt: true } };
    await expect(bench.end({ ...issued, lease: inDoubt })).rejects.toThrow(
      /clock has jumped.* 60 minutes left/,
    );
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(mariadb.login(issued.username, issued.password)).rejects.toThrow();
    expect(await accounts(issued.username)).toHaveLength(2);
    expect((await bench.end(issued)).checks).toContain('login refused: 1045');
  });

  it('what a copy of the vault has renewed is not ended by a backup that does not know of it', async () => {
    const issued = await bench.issue(60);
    const renew = await bench.inLeaseTurn((turn) => databaseLeases.renew?.(turn, issued.lease, 7200));
    await renew?.(new AbortController().signal);
    const over = { ...issued.lease, ending: { isExpiry: true, isInDoubt: false } };
    await expect(bench.end({ ...issued, lease: over })).rejects.toThrow(/a copy of it has renewed/);
    await (await mariadb.login(issued.username, issued.password)).end();
    expect((await bench.end(issued)).checks).toContain('login refused: 1045');
  });

  it('a rehearsal of a connection tells what is missing there', async () => {
    const { warnings } = await configure('poor', 'poor');
    expect(warnings).toHaveLength(2);
    await configure();
  });
});
