import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import { databaseLeases } from '../../electron/engines/database/lease-lifecycle.ts';
import { openLeaseBench } from '../support/lease-bench.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { serverSuite } from '../support/server-suite.ts';

const NEVER = new AbortController().signal;

serverSuite('redis-server', 'marks and rehearsals on Redis', () => {
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
      persistence_mode: 'aclfile',
      ...fields,
    });
  const role = async (creation_statements: unknown) => {
    const { warnings } = await bench.ask('update', 'roles/app', { db_name: 'main', creation_statements });
    return warnings;
  };
  const rules = async (name: string) => {
    const all = (await redis.command('ACL', 'LIST')) as string[];
    return all.find((line) => line.startsWith(`user ${name} `));
  };
  const leftOver = async () =>
    ((await redis.command('ACL', 'USERS')) as string[]).filter((name) => name.startsWith('v-'));

  beforeAll(async () => {
    redis = await startRedis({ aclFile: true });
    await redis.command('SET', 'app:1', 'yes');
    bench = await openLeaseBench(databaseEngine, 'creds/app');
    await configure();
  });
  afterAll(() => redis?.close());

  it('a mark allows nothing, and neither does the user that holds the server’s id', async () => {
    await role(['-@all']);
    const issued = await bench.issue();
    const [mark = ''] = /keywarden:2:[\w:-]+/.exec((await rules(issued.username)) ?? '') ?? [];
    expect(mark).not.toBe('');
    const client = await redis.login(issued.username, issued.password);
    for (const command of [
      ['get', mark],
      ['set', mark, 'x'],
      ['exists', mark],
      ['publish', mark, 'x'],
      ['ping'],
    ]) {
      await expect(client.call(command[0] ?? '', ...command.slice(1))).rejects.toThrow('NOPERM');
    }
    client.disconnect();
    expect(await rules('keywarden-server')).toMatch(
      /^user keywarden-server off (?:sanitize-payload )?~keywarden:id:[0-9a-f]{32} resetchannels -@all$/,
    );
    await bench.end(issued);
  });

  it('a renewal moves the mark and leaves what the role allows as it was', async () => {
    await role(['["~app:*", "+get", "(~more:* +set)", "(~a)b:* +exists)"]']);
    const issued = await bench.issue();
    const before = (await rules(issued.username)) ?? '';
    const renew = await bench.inLeaseTurn((turn) => databaseLeases.renew?.(turn, issued.lease, 7200));
    await renew?.(NEVER);
    const after = (await rules(issued.username)) ?? '';
    const without = (line: string) => line.replace(/ \(~keywarden[^)]*\)/, '');
    expect(without(after)).toBe(without(before));
    expect(without(after)).toContain('(~a)b:* resetchannels -@all +exists)');
    const until = (line: string) => Number(/:(\d{13}):/.exec(line)?.[1]);
    expect(until(after) - until(before)).toBeGreaterThan(3_500_000);
    expect(after.match(/keywarden:2/g)).toHaveLength(1);
    await bench.end(issued);
  });

  it('after a jump of our clock a user is disabled, and removed when the server’s clock says so or a person asks', async () => {
    const issued = await bench.issue();
    const client = await redis.login(issued.username, issued.password);
    const inDoubt = { ...issued.lease, ending: { isExpiry: true, isInDoubt: true } };
    await expect(bench.end({ ...issued, lease: inDoubt })).rejects.toThrow(
      /clock has jumped.* 60 minutes left/,
    );
    await expect(client.ping()).rejects.toThrow();
    await expect(redis.login(issued.username, issued.password)).rejects.toThrow('WRONGPASS');
    expect(await rules(issued.username)).toContain(' off ');
    expect((await bench.end(issued)).checks).toContain('login refused: WRONGPASS');
  });

  it('what a copy of the vault has renewed is not ended by a backup that does not know of it', async () => {
    const issued = await bench.issue(60);
    const renew = await bench.inLeaseTurn((turn) => databaseLeases.renew?.(turn, issued.lease, 7200));
    await renew?.(NEVER);
    const over = { ...issued.lease, ending: { isExpiry: true, isInDoubt: false } };
    await expect(bench.end({ ...issued, lease: over })).rejects.toThrow(/a copy of it has renewed/);
    (await redis.login(issued.username, issued.password)).disconnect();
    expect((await bench.end(issued)).checks).toContain('login refused: WRONGPASS');
  });

  it('a server that lost its id is known by the mark of the user', async () => {
    const [kept, lost] = [await bench.issue(), await bench.issue()];
    await redis.command('ACL', 'DELUSER', 'keywarden-server', lost.username);
    expect((await bench.end(kept)).checks).toContain('login refused: WRONGPASS');
    await expect(bench.end(lost)).rejects.toThrow('another server answers');
    bench.live.splice(0);
  });

  it('a rehearsal shows that a role works, and leaves nothing', async () => {
    expect(await role(['~app:*', '+@read', '+ping'])).toBeUndefined();
    expect((await bench.ask('read', 'roles/app')).data).toMatchObject({
      promise: 'needs-keywarden',
      missing_rights: [],
    });
    expect(await leftOver()).toEqual([]);
  });

  it('a rehearsal tells a rule that the server does not know, and the role is written all the same', async () => {
    expect((await role(['+nosuchcommand']))?.join()).toMatch(/a user could not be made: .*\+nosuchcommand/);
    expect(await leftOver()).toEqual([]);
    await role(['+@read']);
  });

  it('a rehearsal tells which right is missing', async () => {
    await redis.command('ACL', 'SETUSER', 'small', 'on', '>small', '+acl', '-acl|save', '+client', '+time');
    const { warnings } = await configure({ username: 'small', password: 'small' });
    expect(warnings?.join()).toMatch(/a user could not be made: .*needs \+acl\|save/);
    await redis.command('ACL', 'SETUSER', 'small', '+acl|save', '-time');
    const told = (await configure({ username: 'small', password: 'small' })).warnings;
    expect(told).toEqual(['The user may not ask what time it is there: it needs +time.']);
    await configure({ persistence_mode: 'rewrite' }).then(({ warnings: missing }) =>
      expect(missing?.join()).toMatch(/started with a configuration file/),
    );
    await configure();
    for (const name of await leftOver()) await redis.command('ACL', 'DELUSER', name);
  });

  it('a server that keeps users in memory alone is told of', async () => {
    const forgetful = await startRedis();
    const { warnings } = await configure({ port: forgetful.port });
    expect(warnings?.join()).toMatch(/in memory alone/);
    expect((await configure({ port: forgetful.port, persistence_mode: 'none' })).warnings).toBeUndefined();
    await forgetful.close();
  });
});
