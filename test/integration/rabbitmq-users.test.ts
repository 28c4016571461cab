import { afterAll, beforeAll, expect, it } from 'vitest';
import { rabbitmqEngine } from '../../electron/engines/rabbitmq/rabbitmq-engine.ts';
import { openAmqp } from '../support/amqp.ts';
import { openLeaseBench } from '../support/lease-bench.ts';
import { startRabbitMq, type TestRabbitMq } from '../support/rabbitmq.ts';
import { serverSuite } from '../support/server-suite.ts';

const PROVEN = ['no such user', 'no connection', 'login refused: 401'];
const APP = { vhosts: '{"/": {"configure": "", "write": "app-.*", "read": ".*"}}' };

serverSuite('rabbitmq-server', 'users on RabbitMQ', () => {
  let rabbitmq: TestRabbitMq;
  let bench: Awaited<ReturnType<typeof openLeaseBench>>;

  const configure = (more: Record<string, unknown> = {}) =>
    bench.ask('update', 'config/connection', {
      connection_uri: rabbitmq.url,
      username: rabbitmq.user,
      password: rabbitmq.password,
      ...more,
    });
  const users = async () => {
    const list = (await (await rabbitmq.api('GET', 'users?columns=name')).json()) as { name: string }[];
    return list.map(({ name }) => name);
  };

  beforeAll(async () => {
    rabbitmq = await startRabbitMq();
    bench = await openLeaseBench(rabbitmqEngine, 'creds/app');
    await configure();
    await bench.ask('update', 'config/lease', { ttl: '1h', max_ttl: '24h' });
    await bench.ask('update', 'roles/app', APP);
  });
  afterAll(() => rabbitmq?.close());

  it('the configuration is Vault’s, shown without its password and refused in words', async () => {
    const shown = (await bench.ask('read', 'config/connection')).data;
    expect(shown).toMatchObject({ connection_uri: rabbitmq.url, username: rabbitmq.user });
    expect(JSON.stringify(shown)).not.toContain(rabbitmq.password);
    expect((await bench.ask('read', 'config/lease')).data).toEqual({ ttl: 3600, max_ttl: 86_400 });
    expect((await bench.ask('read', 'roles/app')).data).toEqual({
      tags: '',
      vhosts: { '/': { configure: '', write: 'app-.*', read: '.*' } },
      vhost_topics: {},
      promise: 'needs-keywarden',
      missing_rights: [],
    });
    expect((await bench.ask('list', 'roles')).data).toEqual({ keys: ['app'] });
    await expect(configure({ password: 'wrong' })).rejects.toThrow('refused the user name or password');
    await expect(configure({ connection_uri: 'http://127.0.0.1:1' })).rejects.toThrow('nothing answers');
    await expect(configure({ connection_uri: 'http://a:b@host' })).rejects.toThrow('as fields');
    await expect(bench.ask('update', 'roles/none', {})).rejects.toThrow('both tags and vhosts not specified');
    await expect(bench.ask('update', 'roles/none', { vhosts: 'x' })).rejects.toThrow('JSON object');
    await rabbitmq.api('PUT', 'users/monitor', { password: 'm', tags: 'monitoring' });
    await expect(configure({ username: 'monitor', password: 'm' })).rejects.toThrow('the tag administrator');
  });

  it('a new user may what its role says, and its password reached the server as a hash', async () => {
    const { decision, lease } = await bench.intend();
    const issued = await decision.create(lease, new AbortController().signal);
    const { username, password } = issued.data as { username: string; password: string };
    (await openAmqp(rabbitmq.amqpPort, username, password)).end();
    const shown = await (await rabbitmq.api('GET', `users/${username}/permissions`)).json();
    expect(shown).toEqual([{ user: username, vhost: '/', configure: '', write: 'app-.*', read: '.*' }]);
    expect(rabbitmq.log()).not.toContain(password);
    await bench.end({ lease, secret: decision.terms.secret });
  });

  it('tags and topic permissions are set as well, and names come from a template', async () => {
    await configure({ username_template: '{{.RoleName}}-{{random 12}}' });
    await bench.ask('update', 'roles/app', {
      tags: 'monitoring',
      vhosts: { '/': { read: '.*' } },
      vhost_topics: '{"/": {"amq.topic": {"write": "^a", "read": ".*"}}}',
    });
    const issued = await bench.issue();
    expect(issued.username).toMatch(/^app-[A-Za-z0-9]{12}$/);
    const as = { user: issued.username, password: issued.password };
    expect((await rabbitmq.api('GET', 'whoami', undefined, as)).status).toBe(200);
    const topics = (
      (await (await rabbitmq.api('GET', `users/${issued.username}/topic-permissions`)).json()) as {
        exchange: string;
      }[]
    ).sort((one, other) => other.exchange.localeCompare(one.exchange));
    expect(topics).toHaveLength(2);
    expect(topics).toMatchObject([
      { exchange: 'keywarden:mark' },
      { vhost: '/', exchange: 'amq.topic', write: '^a', read: '.*' },
    ]);
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
    await configure({ username_template: '' });
    await bench.ask('update', 'roles/app', APP);
  });

  it('the end of a user ends its connections, and is proven', async () => {
    const issued = await bench.issue();
    const connections = await Promise.all(
      [1, 2, 3].map(() => openAmqp(rabbitmq.amqpPort, issued.username, issued.password)),
    );
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
    for (const { closed } of connections) expect(await closed).toMatch(/CONNECTION_FORCED|^$/);
    await expect(openAmqp(rabbitmq.amqpPort, issued.username, issued.password)).rejects.toThrow(
      'ACCESS_REFUSED',
    );
  });

  it('a user whose password an administrator changed is dead all the same', async () => {
    const issued = await bench.issue();
    await rabbitmq.api('PUT', `users/${issued.username}`, { password: 'stolen', tags: '' });
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
    await expect(openAmqp(rabbitmq.amqpPort, issued.username, 'stolen')).rejects.toThrow('ACCESS_REFUSED');
  });

  it('is success when somebody has removed the user already, and safe to ask for again', async () => {
    const issued = await bench.issue();
    await rabbitmq.api('DELETE', `users/${issued.username}`);
    expect((await bench.end(issued)).checks).toEqual([...PROVEN, 'the user was already gone']);
    expect((await bench.end(issued)).checks).toEqual([...PROVEN, 'the user was already gone']);
  });

  it('a user that could not be given all of its permissions cannot log in, and its end leaves nothing', async () => {
    await bench.ask('update', 'roles/app', { vhosts: { nowhere: { read: '.*' } } });
    const { lease, decision } = await bench.intend();
    await expect(decision.create(lease, new AbortController().signal)).rejects.toThrow(
      'RabbitMQ has no virtual host "nowhere"',
    );
    expect((await bench.end({ lease, secret: decision.terms.secret })).checks).toEqual(PROVEN);
    expect((await users()).sort()).toEqual([rabbitmq.user, 'monitor'].sort());
    await bench.ask('update', 'roles/app', APP);
  });

  it('may not move to another server while users live that it must end', async () => {
    const issued = await bench.issue();
    await expect(
      configure({ connection_uri: 'http://localhost:1', verify_connection: false }),
    ).rejects.toThrow('1 living keycard needs this server');
    await bench.end(issued);
  });

  it('a mark is a permission for an exchange that is not there: it allows nothing and goes with its user', async () => {
    const issued = await bench.issue();
    const marks = async () => {
      const all = (await (await rabbitmq.api('GET', 'topic-permissions')).json()) as Record<string, string>[];
      return all.filter(({ user }) => user === issued.username);
    };
    const [mark, ...more] = await marks();
    expect(more).toEqual([]);
    expect(mark).toMatchObject({ vhost: '/', exchange: 'keywarden:mark', read: '(?!)' });
    expect(mark?.['write']).toMatch(/^\(\?!\)keywarden:2:vault-1:[0-9a-f]{32}:\d{13}:[0-9a-f]{128}$/);
    expect(await (await rabbitmq.api('GET', `users/${issued.username}`)).json()).toMatchObject({ tags: [] });
    const renew = await bench.inLeaseTurn((turn) => rabbitmqEngine.leases?.renew?.(turn, issued.lease, 7200));
    await renew?.(new AbortController().signal);
    const [moved, ...others] = await marks();
    expect(others).toEqual([]);
    const until = (row: typeof mark) => Number(/:(\d{13}):/.exec(row?.['write'] ?? '')?.[1]);
    expect(until(moved) - until(mark)).toBeGreaterThan(3_500_000);
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
    expect(await marks()).toEqual([]);
  });

  it('after a jump of our clock a user is disabled, and removed when the server’s clock says so or a person asks', async () => {
    const issued = await bench.issue();
    const client = await openAmqp(rabbitmq.amqpPort, issued.username, issued.password);
    const inDoubt = { ...issued.lease, ending: { isExpiry: true, isInDoubt: true } };
    await expect(bench.end({ ...issued, lease: inDoubt })).rejects.toThrow(
      /clock has jumped.* 60 minutes left/,
    );
    await client.closed;
    await expect(openAmqp(rabbitmq.amqpPort, issued.username, issued.password)).rejects.toThrow(
      'ACCESS_REFUSED',
    );
    expect(await users()).toContain(issued.username);
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
  });

  it('what a copy of the vault has renewed is not ended by a backup that does not know of it', async () => {
    const issued = await bench.issue(60);
    const renew = await bench.inLeaseTurn((turn) => rabbitmqEngine.leases?.renew?.(turn, issued.lease, 7200));
    await renew?.(new AbortController().signal);
    const over = { ...issued.lease, ending: { isExpiry: true, isInDoubt: false } };
    await expect(bench.end({ ...issued, lease: over })).rejects.toThrow(/a copy of it has renewed/);
    (await openAmqp(rabbitmq.amqpPort, issued.username, issued.password)).end();
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
  });

  it.each([
    [
      'a virtual host that is not there',
      { vhosts: { nowhere: { read: '.*' } } },
      /has no virtual host "nowhere"/,
    ],
    ['a pattern that is none', { vhosts: { '/': { read: '(' } } }, /"\(" is no regular expression/],
  ])('a rehearsal tells %s, and the role is written all the same', async (_what, fields, words) => {
    const { warnings } = await bench.ask('update', 'roles/app', fields);
    expect(warnings?.join()).toMatch(words);
    expect((await bench.ask('read', 'roles/app')).data).toMatchObject({
      promise: 'needs-keywarden',
      missing_rights: warnings,
    });
    expect((await users()).sort()).toEqual([rabbitmq.user, 'monitor'].sort());
    expect((await bench.ask('update', 'roles/app', APP)).warnings).toBeUndefined();
  });

  it.each(['.', '..', ''])(
    'a virtual host called "%s" is refused: no path of the API can name it',
    async (vhost) => {
      await expect(bench.ask('update', 'roles/app', { vhosts: { [vhost]: {} } })).rejects.toThrow(
        'cannot name',
      );
      await expect(
        bench.ask('update', 'roles/app', { tags: 'x', vhost_topics: { [vhost]: {} } }),
      ).rejects.toThrow('cannot name');
    },
  );

  it('other names of virtual hosts are told as they are', async () => {
    const vhost = 'a/b ..%2F?#ü';
    await rabbitmq.api('PUT', `vhosts/${encodeURIComponent(vhost)}`);
    const { warnings } = await bench.ask('update', 'roles/app', { vhosts: { [vhost]: { read: '.*' } } });
    expect(warnings).toBeUndefined();
    const issued = await bench.issue();
    const shown = await (await rabbitmq.api('GET', `users/${issued.username}/permissions`)).json();
    expect(shown).toMatchObject([{ vhost, read: '.*' }]);
    expect((await bench.end(issued)).checks).toEqual(PROVEN);
    await bench.ask('update', 'roles/app', APP);
  });

  it('is checked in words', async () => {
    expect((await bench.ask('read', 'check')).data).toMatchObject({
      healthy: true,
      reachable: true,
      findings: [],
      server_version: expect.stringMatching(/^RabbitMQ 3\./),
      user: rabbitmq.user,
    });
    await configure({ username: 'monitor', password: 'm', verify_connection: false });
    expect((await bench.ask('read', 'check')).data).toMatchObject({
      healthy: false,
      findings: [expect.stringContaining('the tag administrator')],
    });
    await configure();
  });
});
