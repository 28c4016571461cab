import { beforeEach, describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../../electron/vault/vault.ts';
import { type CoreWorld, expectNowhere, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
  await world.ask(world.root, 'update', 'secret/data/app', { data: { password: 'canary-wrapped' } });
});

const WRONG = /^wrapping-invalid/;

async function wrapRead(ttl = 60, token = world.root) {
  const { envelope } = await world.send(token, 'read', 'secret/data/app', {}, { wrapTtl: ttl });
  if (!envelope?.wrap_info) throw new Error('not wrapped');
  return { envelope, info: envelope.wrap_info };
}

const changesOf = (records: readonly LedgerRecord[], type: string) =>
  records.flatMap((record) => record.changes.filter((change) => change.type === type));

describe('a wrapped answer', () => {
  it('is a token of one use, and nothing else of the answer goes out', async () => {
    const { envelope, info } = await wrapRead(90);
    expect(envelope).toMatchObject({ request_id: '', data: null, auth: null, warnings: null, lease_id: '' });
    expect(info).toMatchObject({ ttl: 90, creation_path: 'secret/data/app' });
    expect(Object.keys(info)).toEqual(['token', 'accessor', 'ttl', 'creation_time', 'creation_path']);
    expect(JSON.stringify(envelope)).not.toContain('canary');
    expectNowhere(world.records, 'canary-wrapped');
    expectNowhere(world.records, info.token);
    expect(await world.data(world.root, 'update', 'auth/token/lookup', { token: info.token })).toMatchObject({
      policies: ['response-wrapping'],
      num_uses: 1,
      explicit_max_ttl: 90,
      path: 'secret/data/app',
    });
  });

  it.each(['by the token itself', 'by whoever holds it', 'without any other token'])(
    'comes out verbatim, once, %s; a second try is refused and leaves an alarm',
    async (way) => {
      const { info } = await wrapRead();
      const unwrap = () =>
        way === 'by the token itself'
          ? world.ask(info.token, 'update', 'sys/wrapping/unwrap')
          : world.ask(way === 'by whoever holds it' ? world.root : '', 'update', 'sys/wrapping/unwrap', {
              token: info.token,
            });
      const { envelope } = await unwrap();
      const original = world.records.find(
        ({ path, operation }) => path === 'secret/data/app' && operation === 'read',
      );
      expect(envelope).toMatchObject({
        request_id: original?.requestId,
        data: { data: { password: 'canary-wrapped' } },
        wrap_info: null,
      });
      expect(changesOf(world.records, 'wrapping/second-use@1')).toHaveLength(0);
      expect(await world.why(unwrap())).toMatch(WRONG);
      expect(changesOf(world.records, 'wrapping/second-use@1')).toEqual([
        {
          type: 'wrapping/second-use@1',
          data: expect.objectContaining({
            accessor: info.accessor,
            creationPath: 'secret/data/app',
            state: 'opened',
          }),
        },
      ]);
      expect(world.records.at(-1)?.outcome).toBe('wrapping-invalid');
    },
  );

  it('raises the alarm too when somebody spent the token on something else', async () => {
    const { info } = await wrapRead();
    expect(await world.refusal(info.token, 'read', 'auth/token/lookup-self')).toMatch(/^policy-denied/);
    expect(await world.refusal(world.root, 'update', 'sys/wrapping/unwrap', { token: info.token })).toMatch(
      WRONG,
    );
    expect(changesOf(world.records, 'wrapping/second-use@1')).toHaveLength(1);
  });

  it('raises no alarm for a token that expired in peace, or that never was, and keeps nothing of it', async () => {
    const values = await world.count('vault_values');
    const { info } = await wrapRead(60);
    world.clock.advance(61_000);
    for (const token of [info.token, 'hvs.never']) {
      expect(await world.refusal(world.root, 'update', 'sys/wrapping/unwrap', { token })).toMatch(WRONG);
      expect(await world.refusal('', 'update', 'sys/wrapping/lookup', { token })).toMatch(WRONG);
    }
    expect(changesOf(world.records, 'wrapping/second-use@1')).toHaveLength(0);
    expect(await world.count('vault_values')).toBe(values);
  });

  it('is shown by lookup to anybody who has the token, and lookup uses nothing up', async () => {
    const { info } = await wrapRead(120);
    for (const [token, data] of [
      ['', { token: info.token }],
      [info.token, {}],
    ] as const) {
      expect(await world.data(token, 'update', 'sys/wrapping/lookup', data)).toEqual({
        creation_path: 'secret/data/app',
        creation_time: info.creation_time,
        creation_ttl: 120,
      });
    }
    expect((await world.ask(info.token, 'update', 'sys/wrapping/unwrap')).status).toBe(200);
  });

  it('moves to a new token by rewrap, with the path that it came from', async () => {
    const { info } = await wrapRead(120);
    const { envelope } = await world.ask(world.root, 'update', 'sys/wrapping/rewrap', { token: info.token });
    const again = envelope?.wrap_info;
    expect(again).toMatchObject({ ttl: 120, creation_path: 'secret/data/app' });
    expect(await world.refusal(world.root, 'update', 'sys/wrapping/unwrap', { token: info.token })).toMatch(
      WRONG,
    );
    expect(
      await world.data(world.root, 'update', 'sys/wrapping/unwrap', { token: again?.token }),
    ).toMatchObject({ data: { password: 'canary-wrapped' } });
  });

  it('does not bring back what died inside: the token of a wrapped login', async () => {
    const { envelope } = await world.send(
      world.root,
      'update',
      'auth/token/create',
      { policies: ['default'] },
      { wrapTtl: 60 },
    );
    const info = envelope?.wrap_info;
    expect(info?.wrapped_accessor).toBeTypeOf('string');
    await world.ask(world.root, 'update', 'auth/token/revoke-accessor', { accessor: info?.wrapped_accessor });
    const out = await world.ask(world.root, 'update', 'sys/wrapping/unwrap', { token: info?.token });
    const inside = out.envelope?.auth?.client_token ?? '';
    expect(await world.refusal(inside, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
  });

  it('keeps a lease that it holds under the token that asked', async () => {
    const { envelope } = await world.send(world.root, 'read', 'database/creds/app', {}, { wrapTtl: 60 });
    const out = await world.ask(envelope?.wrap_info?.token ?? '', 'update', 'sys/wrapping/unwrap');
    expect(out.envelope?.lease_id).toMatch(/^database\/creds\/app\//);
    expect(await world.count("leases WHERE state = 'active'")).toBe(1);
  });

  it('is not made of nothing: no content and an empty list stay what they are', async () => {
    const sent = await world.send(world.root, 'delete', 'secret/data/app', {}, { wrapTtl: 60 });
    expect(sent).toEqual({ status: 204, envelope: null, byToken: true });
    expect(
      await world.why(world.send(world.root, 'list', 'secret/metadata/no', {}, { wrapTtl: 60 })),
    ).toMatch(/^not-found/);
  });

  it('cannot be asked of unwrap, which would put it into other hands', async () => {
    const { info } = await wrapRead();
    const tried = world.send(
      world.root,
      'update',
      'sys/wrapping/unwrap',
      { token: info.token },
      { wrapTtl: 60 },
    );
    expect(await world.why(tried)).toMatch(/rewrap/);
    expect((await world.ask(info.token, 'update', 'sys/wrapping/unwrap')).status).toBe(200);
  });

  it('lets anybody wrap values of their own, and only wrapped', async () => {
    const { envelope } = await world.send(
      world.root,
      'update',
      'sys/wrapping/wrap',
      { a: 1 },
      { wrapTtl: 60 },
    );
    expect(envelope?.wrap_info?.creation_path).toBe('sys/wrapping/wrap');
    expect(await world.data(envelope?.wrap_info?.token ?? '', 'update', 'sys/wrapping/unwrap')).toEqual({
      a: 1,
    });
    expect(await world.refusal(world.root, 'update', 'sys/wrapping/wrap', { a: 1 })).toBe(
      'invalid-request: endpoint requires response wrapping to be used',
    );
  });

  it('survives a restart unopened, and is still known as opened after one', async () => {
    const { info } = await wrapRead(600);
    await world.restart();
    expect((await world.ask(info.token, 'update', 'sys/wrapping/unwrap')).status).toBe(200);
    await world.restart();
    expect(await world.refusal(info.token, 'update', 'sys/wrapping/unwrap')).toMatch(WRONG);
    expect(changesOf(world.records, 'wrapping/second-use@1')).toHaveLength(1);
  });
});

describe('what a policy says of wrapping', () => {
  it.each([
    ['min_wrapping_ttl = "1m"', undefined, false],
    ['min_wrapping_ttl = "1m"', 59, false],
    ['min_wrapping_ttl = "1m"', 60, true],
    ['max_wrapping_ttl = "2m"', undefined, false],
    ['max_wrapping_ttl = "2m"', 120, true],
    ['max_wrapping_ttl = "2m"', 121, false],
    ['min_wrapping_ttl = "1m" max_wrapping_ttl = "2m"', 90, true],
  ])('%s lets through what is wrapped for %s seconds: %s', async (rule, wrapTtl, allowed) => {
    const token = await world.tokenFor(`path "secret/data/*" {
      capabilities = ["read"]
      ${rule.replaceAll('" ', '"\n')}
    }`);
    const asked = world.send(token, 'read', 'secret/data/app', {}, wrapTtl === undefined ? {} : { wrapTtl });
    if (allowed) expect((await asked).envelope?.wrap_info).toBeTruthy();
    else expect(await world.why(asked)).toMatch(/^policy-denied/);
  });
});

describe('the cubbyhole', () => {
  it('is open to its own token alone, root included, and ends with it', async () => {
    const values = await world.count('vault_values');
    const token = await world.tokenFor('path "nothing" { capabilities = ["read"] }');
    await world.ask(token, 'update', 'cubbyhole/a/one', { v: 'canary-cubbyhole', path: 'p' });
    await world.ask(token, 'update', 'cubbyhole/two', { v: 2 });
    expect(await world.data(token, 'read', 'cubbyhole/a/one')).toEqual({ v: 'canary-cubbyhole', path: 'p' });
    expect(await world.data(token, 'list', 'cubbyhole/')).toEqual({ keys: ['a/', 'two'] });
    expect(await world.refusal(world.root, 'read', 'cubbyhole/a/one')).toMatch(/^not-found/);
    expect(await world.refusal(world.root, 'list', 'cubbyhole/')).toMatch(/^not-found/);
    expectNowhere(world.records, 'canary-cubbyhole');
    await world.ask(token, 'delete', 'cubbyhole/two');
    expect(await world.refusal(token, 'read', 'cubbyhole/two')).toMatch(/^not-found/);
    await world.ask(token, 'update', 'auth/token/revoke-self');
    expect(await world.count('cubbyhole')).toBe(0);
    expect(await world.count('vault_values')).toBe(values);
  });

  it('cannot be unmounted, and cannot be mounted again', async () => {
    expect(await world.refusal(world.root, 'delete', 'sys/mounts/cubbyhole')).toMatch(/cannot unmount/);
    expect(await world.refusal(world.root, 'update', 'sys/mounts/mine', { type: 'cubbyhole' })).toMatch(
      /catalog/,
    );
  });
});
