import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import { openLeaseBench } from '../support/lease-bench.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { serverSuite } from '../support/server-suite.ts';

const PROVEN = ['no such user', 'no client', 'login refused: WRONGPASS'];

serverSuite('redis-server', 'users on Redis', () => {
  let redis: TestRedis;
  let bench: Awaited<ReturnType<typeof openLeaseBench>>;

  const configure = (fields: Record<string, unknown> = {}) =>
    bench.ask('update', 'config/main', {
      plugin_name: 'redis-database-plugin',
      host: '127.0.0.1',
      port: redis.port,
      username: redis.user,
      password: redis.password,
      allowed_roles: '*',
      ...fields,
    });
  const role = (creation_statements: unknown) =>
    bench.ask('update', 'roles/app', { db_name: 'main', creation_statements, default_ttl: '1h' });

  beforeAll(async () => {
    redis = await startRedis();
    await redis.command('SET', 'app:1', 'yes');
    bench = await openLeaseBench(databaseEngine, 'creds/app');
    await configure();
    await role('["~app:*", "+get", "+ping"]');
  });
  afterAll(() => redis?.close());

  it('the connection is shown in Vault’s fields, and checked in words', async () => {
    const shown = (await bench.ask('read', 'config/main')).data;
    expect(shown).toMatchObject({
      plugin_name: 'redis-database-plugin',
      connection_details: { host: '127.0.0.1', port: redis.port, tls: false, username: 'default' },
    });
    expect(JSON.stringify(shown)).not.toContain(redis.password);
    expect((await bench.ask('read', 'check/main')).data).toMatchObject({ healthy: true, findings: [] });
    await expect(configure({ password: 'wrong' })).rejects.toThrow('refused the user name or password');
    await expect(configure({ persistence_mode: 'often' })).rejects.toThrow('persistence_mode must be');
    await bench.ask('update', 'config/main', { port: redis.port });
  });

  it('a new user may what its rules say, and its password never reached the server', async () => {
    const issued = await bench.issue();
    const client = await redis.login(issued.username, issued.password);
    expect(await client.get('app:1')).toBe('yes');
    await expect(client.get('other')).rejects.toThrow('NOPERM');
    client.disconnect();
    const users = String(await redis.command('ACL', 'LIST'));
    expect(users).toContain(issued.username);
    expect(users).not.toContain(issued.password);
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
  });

  it.each([[['["~app:*","+get"]']], [['~app:* +get']], [['~app:*', '+get']], [['(~app:* +get)']]])(
    'rules may come as %j',
    async (statements) => {
      await role(statements);
      const issued = await bench.issue();
      const client = await redis.login(issued.username, issued.password);
      expect(await client.get('app:1')).toBe('yes');
      client.disconnect();
      expect((await bench.end(issued)).checks).toEqual(PROVEN);
    },
  );

  it.each(['nopass', '>known', 'on', 'off', 'reset', '#abc', '<known', 'resetpass'])(
    'a rule may not open the door by itself: %s',
    async (rule) => {
      await expect(role([rule])).rejects.toThrow('must be ACL rules');
    },
  );

  it('without rules a user may read, and a rule that the server does not know is told', async () => {
    await role([]);
    const issued = await bench.issue();
    const client = await redis.login(issued.username, issued.password);
    expect(await client.get('app:1')).toBe('yes');
    await expect(client.set('app:1', 'no')).rejects.toThrow('NOPERM');
    client.disconnect();
    await bench.end(issued);
    await role(['+nosuchcommand']);
    await expect(bench.issue()).rejects.toThrow('did not take the rule +nosuchcommand');
    await role(['~*', '+@all']);
  });

  it('the end of a user ends its clients, blocked ones too', async () => {
    const issued = await bench.issue();
    const clients = await Promise.all([1, 2, 3].map(() => redis.login(issued.username, issued.password)));
    const blocked = clients[0]?.blpop('nothing', 60).then(
      () => 'done',
      () => 'cut',
    );
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
    expect(await blocked).toBe('cut');
    await expect(clients[1]?.ping()).rejects.toThrow();
  });

  it('a user that changed its own password is dead all the same', async () => {
    const issued = await bench.issue();
    const thief = await redis.login(issued.username, issued.password);
    await thief.call('ACL', 'SETUSER', issued.username, '>stolen');
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
    await expect(redis.login(issued.username, 'stolen')).rejects.toThrow('WRONGPASS');
  });

  it('an account that may only manage users and clients is enough, and what it lacks is told', async () => {
    await redis.command('ACL', 'SETUSER', 'small', 'on', '>small', '+acl', '+client', '+info');
    await configure({ username: 'small', password: 'small' });
    const issued = await bench.issue();
    const client = await redis.login(issued.username, issued.password);
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
    await expect(client.ping()).rejects.toThrow();
    expect((await bench.ask('read', 'check/main')).data).toMatchObject({ healthy: true });
    await redis.command('ACL', 'SETUSER', 'small', '-client');
    const { findings } = (await bench.ask('read', 'check/main')).data as { findings: string[] };
    expect(findings).toEqual(["The user may not see and end others' connections: it needs +client."]);
    await configure();
  });

  it('a restart that has forgotten all users proves nothing by itself: another server would look alike', async () => {
    const issued = await bench.issue();
    await redis.stop();
    await expect(bench.end(issued)).rejects.toThrow('nothing answers at that address');
    await redis.start();
    await expect(bench.end(issued)).rejects.toThrow('another server answers');
    bench.live.splice(0);
  });

  it('where a person has said that nothing is kept, a restart ends a user, and it may be ended twice', async () => {
    await configure({ persistence_mode: 'none' });
    const issued = await bench.issue();
    await redis.stop();
    await redis.start();
    const told = [...PROVEN, 'the user was already gone', expect.stringContaining('was restarted since')];
    expect((await bench.end(issued)).checks).toEqual(told);
    expect((await bench.end(issued)).checks).toEqual(told);
    await configure({ persistence_mode: 'aclfile' });
  });
});

serverSuite('redis-server', 'users on Redis with an ACL file', () => {
  it('do not come back at a restart, even when somebody saved the file while they lived', async () => {
    const redis = await startRedis({ aclFile: true });
    try {
      const bench = await openLeaseBench(databaseEngine, 'creds/app');
      await bench.ask('update', 'config/main', {
        plugin_name: 'redis-database-plugin',
        host: '127.0.0.1',
        port: redis.port,
        username: redis.user,
        password: redis.password,
        allowed_roles: '*',
      });
      await bench.ask('update', 'roles/app', { db_name: 'main', creation_statements: '["~*","+@read"]' });
      const [lasting, ending] = [await bench.issue(), await bench.issue()];
      await bench.end(ending);
      await redis.stop();
      await redis.start();
      (await redis.login(lasting.username, lasting.password)).disconnect();
      await expect(redis.login(ending.username, ending.password)).rejects.toThrow('WRONGPASS');
      expect((await bench.end(lasting)).checks).toEqual(PROVEN);
    } finally {
      await redis.close();
    }
  });
});
