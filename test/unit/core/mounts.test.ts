import { beforeEach, expect, test } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

test('a new vault has its mounts, shaped as Vault 1.15 shapes them', async () => {
  const mounts = await world.ask(world.root, 'read', 'sys/mounts');
  expect(Object.keys(mounts.envelope?.data ?? {})).toEqual([
    'cubbyhole/',
    'database/',
    'identity/',
    'secret/',
    'sys/',
  ]);
  expect(mounts.dataAtTop).toBe(true);
  expect(mounts.envelope?.data?.['secret/']).toMatchObject({
    type: 'kv',
    options: { version: '2' },
    config: { default_lease_ttl: 0, max_lease_ttl: 0, force_no_cache: false },
  });
  expect(Object.keys(await world.data(world.root, 'read', 'sys/auth'))).toEqual([
    'approle/',
    'desktop/',
    'token/',
  ]);
});

test('mounting, tuning, writing and unmounting', async () => {
  const mount = await world.ask(world.root, 'update', 'sys/mounts/team/kv', {
    type: 'kv-v2',
    description: 'ours',
    config: { max_lease_ttl: '1h' },
  });
  expect(mount.status).toBe(204);
  expect(await world.data(world.root, 'read', 'sys/mounts/team/kv')).toMatchObject({
    type: 'kv',
    description: 'ours',
    options: { version: '2' },
    config: { max_lease_ttl: 3600 },
  });
  await world.ask(world.root, 'update', 'team/kv/data/a', { data: { b: 'c' } });
  await world.ask(world.root, 'update', 'sys/mounts/team/kv/tune', { default_lease_ttl: '10m' });
  expect(await world.data(world.root, 'read', 'sys/mounts/team/kv/tune')).toMatchObject({
    default_lease_ttl: 600,
    max_lease_ttl: 3600,
    options: { version: '2' },
  });
  await world.ask(world.root, 'delete', 'sys/mounts/team/kv');
  expect(await world.refusal(world.root, 'read', 'team/kv/data/a')).toBe(
    'no-route: no handler for route "team/kv/data/a". route entry not found.',
  );
  expect(await world.count('kv_secret')).toBe(0);
});

test.each([
  ['sys/mounts/secret', { type: 'kv-v2' }, 'path-in-use: path is already in use at secret/'],
  ['sys/mounts/secret/inner', { type: 'kv-v2' }, 'path-in-use: path is already in use at secret/'],
  ['sys/mounts/auth/x', { type: 'kv-v2' }, 'invalid-request: cannot mount at reserved path "auth/x/"'],
  ['sys/mounts/x', { type: 'nothing' }, 'invalid-request: plugin not found in the catalog: nothing'],
  ['sys/mounts/x', { type: 'system' }, 'invalid-request: plugin not found in the catalog: system'],
  ['sys/mounts/x', { type: 'approle' }, 'invalid-request: plugin not found in the catalog: approle'],
  ['sys/auth/x', { type: 'kv' }, 'invalid-request: plugin not found in the catalog: kv'],
  ['sys/mounts/x', {}, 'invalid-request: missing type'],
])('mounting at %s with %j is refused', async (path, data, words) => {
  expect(await world.refusal(world.root, 'update', path, data)).toBe(words);
});

test.each(['sys/mounts/sys', 'sys/auth/token', 'sys/auth/desktop'])(
  '%s cannot be unmounted',
  async (path) => {
    expect(await world.refusal(world.root, 'delete', path)).toMatch(/^invalid-request: cannot unmount/);
  },
);

test('a client may ask for the mount of a path that it may use, and learns nothing of others', async () => {
  const token = await world.tokenFor('path "secret/data/app" { capabilities = ["read"] }');
  expect(await world.data(token, 'read', 'sys/internal/ui/mounts/secret/data/app')).toMatchObject({
    path: 'secret/',
    type: 'kv',
    options: { version: '2' },
  });
  // People write secret/app, and the client asks before it knows that data/ belongs in between.
  expect(await world.data(token, 'read', 'sys/internal/ui/mounts/secret/app')).toMatchObject({
    path: 'secret/',
  });
  expect(
    Object.keys((await world.data(token, 'read', 'sys/internal/ui/mounts'))['secret'] ?? {}),
  ).not.toContain('database/');
  for (const path of ['database/creds/app', 'nothing/here']) {
    expect(await world.refusal(token, 'read', `sys/internal/ui/mounts/${path}`)).toBe(
      `permission-denied: preflight capability check returned 403, please ensure client's policies grant access to path "${path}"`,
    );
  }
  expect(await world.refusal('', 'read', 'sys/internal/ui/mounts/secret')).toMatch(/^permission-denied/);
});

test('two AppRole mounts know nothing of one another', async () => {
  await world.ask(world.root, 'update', 'sys/auth/second', { type: 'approle' });
  await world.ask(world.root, 'update', 'auth/approle/role/a');
  await world.ask(world.root, 'update', 'auth/second/role/a');
  const { role_id } = await world.data(world.root, 'read', 'auth/approle/role/a/role-id');
  const { secret_id } = await world.data(world.root, 'update', 'auth/approle/role/a/secret-id');
  expect(await world.refusal('', 'update', 'auth/second/login', { role_id, secret_id })).toMatch(
    /^login-failed/,
  );
});

test('a mount moves at once with all that it holds', async () => {
  await world.ask(world.root, 'update', 'secret/data/app', { data: { v: 1 } });
  await world.ask(world.root, 'read', 'database/creds/app');
  const moved = await world.ask(world.root, 'update', 'sys/remount', { from: 'secret', to: 'team/kept/' });
  expect(moved).toMatchObject({ status: 200, dataAtTop: true });
  expect(await world.data(world.root, 'read', 'team/kept/data/app')).toMatchObject({ data: { v: 1 } });
  expect(await world.refusal(world.root, 'read', 'secret/data/app')).toMatch(/^no-route/);
  expect(
    await world.data(world.root, 'read', `sys/remount/status/${moved.envelope?.data?.['migration_id']}`),
  ).toMatchObject({
    migration_info: { status: 'success', source_mount: 'secret/', target_mount: 'team/kept/' },
  });
  await world.ask(world.root, 'update', 'sys/remount', { from: 'database', to: 'db' });
  await world.restart();
  await world.ask(world.root, 'update', 'sys/leases/revoke-prefix/database/creds/app');
  expect(world.target.ended).toHaveLength(1);
});

test('what was issued before a move is revoked by the prefix of either path', async () => {
  await world.ask(world.root, 'read', 'database/creds/app');
  await world.ask(world.root, 'update', 'sys/remount', { from: 'database', to: 'db' });
  await world.ask(world.root, 'update', 'sys/leases/revoke-prefix/d');
  expect(world.target.ended).toHaveLength(0);
  const rehearsed = await world.data(world.root, 'update', 'sys/revocations/rehearse', {
    scope: 'prefix',
    name: 'db/creds/app',
  });
  expect(rehearsed['leases']).toHaveLength(1);
  await world.ask(world.root, 'update', 'sys/leases/revoke-prefix/db/creds/app');
  expect(world.target.ended).toHaveLength(1);
});

test.each([
  ['sys', 'x', /cannot remount/],
  ['cubbyhole', 'x', /cannot remount/],
  ['nothing', 'x', /no matching mount/],
  ['secret', 'database', /already in use/],
  ['secret', 'auth/x', /between auth methods/],
  ['secret', 'sys/x', /reserved/],
  ['auth/approle', 'approle', /between auth methods/],
])('moving %s to %s is refused', async (from, to, words) => {
  expect(await world.refusal(world.root, 'update', 'sys/remount', { from, to })).toMatch(words);
});

test('tuning keeps what it is told, and shows of the further settings only what was set', async () => {
  const tuned = () => world.data(world.root, 'read', 'sys/mounts/secret/tune');
  expect(Object.keys(await tuned()).sort()).toEqual([
    'default_lease_ttl',
    'description',
    'force_no_cache',
    'max_lease_ttl',
    'options',
  ]);
  await world.ask(world.root, 'update', 'sys/mounts/secret/tune', {
    description: 'mine',
    default_lease_ttl: '1h',
    max_lease_ttl: '2h',
    audit_non_hmac_request_keys: 'a,b',
    listing_visibility: 'unauth',
  });
  expect(await tuned()).toMatchObject({
    description: 'mine',
    default_lease_ttl: 3600,
    max_lease_ttl: 7200,
    audit_non_hmac_request_keys: ['a', 'b'],
    listing_visibility: 'unauth',
    options: { version: '2' },
  });
  await world.ask(world.root, 'update', 'sys/mounts/secret/tune', { default_lease_ttl: 'system' });
  expect(await tuned()).toMatchObject({ default_lease_ttl: 7200 });
  expect(
    await world.refusal(world.root, 'update', 'sys/mounts/secret/tune', { default_lease_ttl: '3h' }),
  ).toMatch(/greater than max TTL/);
  await world.ask(world.root, 'update', 'sys/auth/approle/tune', { max_lease_ttl: '1h' });
  expect(await world.data(world.root, 'read', 'sys/auth/approle/tune')).toMatchObject({
    max_lease_ttl: 3600,
    token_type: 'default-service',
  });
});

test('a stranger sees only the mounts that are meant for anybody', async () => {
  expect(await world.data('', 'read', 'sys/internal/ui/mounts')).toEqual({ secret: {}, auth: {} });
  await world.ask(world.root, 'update', 'sys/auth/approle/tune', { listing_visibility: 'unauth' });
  expect(Object.keys((await world.data('', 'read', 'sys/internal/ui/mounts'))['auth'] as object)).toEqual([
    'approle/',
  ]);
  expect(await world.refusal('', 'read', 'sys/internal/ui/mounts/secret')).toMatch(/^permission-denied/);
});
