import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabaseBench } from '../support/database-bench.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let bench: Awaited<ReturnType<typeof openDatabaseBench>>;

beforeAll(async () => {
  postgres = await startPostgres();
  bench = await openDatabaseBench(postgres);
  await bench.configure();
});
afterAll(() => postgres?.close());

describe('a connection', () => {
  it('is read without its password', async () => {
    const { data } = await bench.ask('read', 'config/main');
    expect(data).toEqual({
      allowed_roles: ['*'],
      connection_details: {
        connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
        max_open_connections: 4,
        password_authentication: 'scram-sha-256',
        username: 'postgres',
      },
      password_policy: '',
      plugin_name: 'postgresql-database-plugin',
      plugin_version: '',
      root_credentials_rotate_statements: [],
    });
  });

  it('reads as it was written, as Terraform compares it, and keeps what a later write does not name', async () => {
    const written = {
      max_open_connections: 50,
      max_idle_connections: 0,
      max_connection_lifetime: '60s',
      disable_escaping: true,
    };
    await bench.ask('update', 'config/main', written);
    await bench.ask('update', 'config/main', { allowed_roles: '*' });
    const { data } = await bench.ask('read', 'config/main');
    expect(data).toMatchObject({ connection_details: written });
    await bench.end(await bench.issue());
    await bench.ask('update', 'config/main', { max_open_connections: -1 });
    await bench.end(await bench.issue());
  });

  it('of its kind has its sockets closed by reload, and opens new ones', async () => {
    const { data } = await bench.ask('update', 'reload/postgresql-database-plugin');
    expect(data).toEqual({ connections: ['main'], count: 1 });
    expect((await bench.ask('update', 'reload/mysql-database-plugin')).data).toMatchObject({ count: 0 });
    await bench.end(await bench.issue());
  });

  it('with its password in the URL is read with stars there', async () => {
    await bench.ask('update', 'config/inline', {
      plugin_name: 'postgresql-database-plugin',
      connection_url: postgres.url(),
    });
    const { data } = await bench.ask('read', 'config/inline');
    expect(JSON.stringify(data)).not.toContain(postgres.password);
    expect((await bench.ask('list', 'config')).data).toEqual({ keys: ['inline', 'main'] });
    await bench.ask('delete', 'config/inline');
    await expect(bench.ask('read', 'config/inline')).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 'the database refused the user name or password'],
    ['a database that is not there', { connection_url: 'DB/nowhere' }, 'there is no database of that name'],
    [
      'nothing listening',
      { connection_url: 'postgresql://u:p@127.0.0.1:1/x' },
      'nothing answers at that address',
    ],
    [
      'another plugin',
      { plugin_name: 'mongodb-database-plugin' },
      'plugin_name must be one of: postgresql-database-plugin',
    ],
  ])('is refused in words, and unchanged, for %s', async (_what, change, words) => {
    const before = await bench.ask('read', 'config/main');
    const url = `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}`;
    const asked = JSON.parse(JSON.stringify(change).replace('DB', url)) as Record<string, unknown>;
    await expect(bench.ask('update', 'config/main', asked)).rejects.toThrow(words);
    expect(await bench.ask('read', 'config/main')).toEqual(before);
  });

  it('can be written without being tried', async () => {
    await bench.ask('update', 'config/later', {
      plugin_name: 'postgresql-database-plugin',
      connection_url: 'postgresql://u:p@127.0.0.1:1/x',
      verify_connection: 'false',
    });
    expect((await bench.ask('read', 'check/later')).data).toMatchObject({
      healthy: false,
      reachable: false,
      findings: ['nothing answers at that address: is the database running?'],
    });
    await bench.ask('delete', 'config/later');
  });

  it('may not go, nor move to another server, while users live that it must end', async () => {
    const issued = await bench.issue();
    const needed = `1 living keycard needs this connection to end: ${issued.lease.id}; revoke them first`;
    await expect(bench.ask('delete', 'config/main')).rejects.toThrow(needed);
    const elsewhere = {
      connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:1/x`,
      verify_connection: false,
    };
    await expect(bench.ask('update', 'config/main', elsewhere)).rejects.toThrow(needed);
    await bench.ask('update', 'config/main', { max_open_connections: 2 });
    expect((await bench.end(issued)).checks).toContain('no such role');
  });

  it('may not move to another server when a user came to life while the other one was looked at', async () => {
    const issued = await bench.issue();
    const [lease] = bench.live.splice(0);
    const asked = bench.ask('update', 'config/main', {
      connection_url: `postgresql://{{username}}:{{password}}@localhost:${postgres.port}/postgres`,
    });
    await bench.ask('read', 'config/main'); // the first turn of what was asked is over by then
    if (lease) bench.live.push(lease);
    await expect(asked).rejects.toThrow('1 living keycard needs this connection to end');
    expect((await bench.end(issued)).checks).toContain('no such role');
  });

  it('warns when passwords are to be sent in plaintext', async () => {
    const reply = await bench.ask('update', 'config/main', { password_authentication: 'password' });
    expect(reply.warnings?.[0]).toContain('log');
    const issued = await bench.issue();
    await (await postgres.login(issued.username, issued.password)).end();
    await bench.end(issued);
    await bench.ask('update', 'config/main', { password_authentication: 'scram-sha-256' });
  });
});

describe('a check', () => {
  it('says that all is well, and which groups there are', async () => {
    expect((await bench.ask('read', 'check/main')).data).toEqual({
      healthy: true,
      reachable: true,
      findings: [],
      server_version: expect.stringMatching(/^\d+\.\d+/),
      database: 'postgres',
      user: 'postgres',
      superuser: true,
      group_roles: ['app_readers'],
      rehearsed: false,
    });
  });

  it('rehearses with a throw-away user when it is asked to, and writes nothing', async () => {
    const before = await bench.ask('read', 'config/main');
    expect((await bench.ask('update', 'check/main')).data).toMatchObject({
      healthy: true,
      findings: [],
      rehearsed: true,
      promise: 'dies-by-itself',
    });
    expect(await bench.ask('read', 'config/main')).toEqual(before);
    const left = await postgres.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-rehearsal-%'");
    expect(left).toEqual([]);
  });

  it('names the right that is missing', async () => {
    await postgres.query("CREATE ROLE reader LOGIN PASSWORD 'reader'");
    await bench.ask('update', 'config/weak', {
      plugin_name: 'postgresql-database-plugin',
      connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
      username: 'reader',
      password: 'reader',
    });
    expect((await bench.ask('read', 'check/weak')).data).toMatchObject({
      healthy: false,
      reachable: true,
      findings: ['The user reader may not create users: ALTER ROLE "reader" CREATEROLE'],
    });
  });
});

describe('a role', () => {
  it('reads as Vault writes it', async () => {
    await bench.ask('update', 'roles/plain', {
      db_name: 'main',
      default_ttl: '1h',
      max_ttl: 86400,
      creation_statements: `CREATE ROLE "{{name}}" LOGIN`,
      renew_statements: ['SELECT 1', ''],
      verify_connection: false,
    });
    expect((await bench.ask('read', 'roles/plain')).data).toEqual({
      creation_statements: ['CREATE ROLE "{{name}}" LOGIN'],
      credential_type: 'password',
      db_name: 'main',
      default_ttl: 3600,
      max_ttl: 86400,
      renew_statements: ['SELECT 1'],
      revocation_statements: [],
      rollback_statements: [],
    });
    expect((await bench.ask('list', 'roles')).data).toEqual({ keys: ['app', 'plain'] });
    await bench.ask('delete', 'roles/plain');
    await expect(bench.ask('read', 'roles/plain')).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    ['creds/nobody', {}, {}, 'unknown role: nobody'],
    ['creds/app', { allowed_roles: 'web-*,other' }, {}, '"app" is not an allowed role'],
    ['creds/app', { allowed_roles: '' }, {}, '"app" is not an allowed role'],
    ['creds/app', {}, { group_role: '', creation_statements: '' }, 'empty creation statements'],
    ['creds/app', {}, { db_name: 'nowhere' }, 'there is no connection nowhere'],
  ])('%s with %j and %j is refused: %s', async (path, connection, role, words) => {
    await bench.configure(connection, role);
    await expect(bench.decide('read', path)).rejects.toThrow(words);
    await bench.configure({}, { creation_statements: [] });
  });
});
