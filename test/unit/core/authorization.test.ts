import { beforeEach, describe, expect, test } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

const ALL = 'capabilities = ["create", "read", "update", "patch", "delete", "list"]';

describe('another spelling of a path reaches nothing that its own spelling does not', () => {
  test('a field of the query names no other folder than the path does', async () => {
    await world.ask(world.root, 'update', 'secret/data/team-b/key', { data: { a: '1' } });
    const token = await world.tokenFor('path "secret/+/" { capabilities = ["list"] }');
    for (const where of ['metadata', 'detailed-metadata']) {
      expect((await world.data(token, 'list', `secret/${where}`))['keys']).toEqual(['team-b/']);
      expect(await world.refusal(token, 'list', `secret/${where}/team-b`)).toMatch(/^policy-denied/);
      const other = await world.data(token, 'list', `secret/${where}`, { path: 'team-b/' });
      expect(other['keys']).toEqual(['team-b/']);
    }
  });

  test('a field of the query names no other leases than the path does', async () => {
    await world.ask(world.root, 'read', 'database/creds/app');
    const token = await world.tokenFor('path "sys/leases/lookup" { capabilities = ["list", "sudo"] }');
    expect(await world.data(token, 'list', 'sys/leases/lookup', { prefix: 'database/creds/app' })).toEqual({
      keys: ['database/'],
    });
  });

  test.each(['leases/revoke', 'revoke', 'leases/renew', 'renew'])(
    'the lease that sys/%s names in its path is the one that is meant, whatever the body says',
    async (verb) => {
      const mine = await world.ask(world.root, 'read', 'database/creds/mine');
      const other = await world.ask(world.root, 'read', 'database/creds/other');
      const token = await world.tokenFor(`path "sys/${verb}/database/creds/mine/*" { ${ALL} }`);
      world.clock.advance(20_000);
      await world.ask(token, 'update', `sys/${verb}/${mine.envelope?.lease_id}`, {
        lease_id: other.envelope?.lease_id,
      });
      const left = await world.data(world.root, 'update', 'sys/leases/lookup', {
        lease_id: other.envelope?.lease_id,
      });
      expect(left).toMatchObject({ state: 'active', ttl: 40, last_renewal: null });
    },
  );

  test('a slash more at the end does not get around a denial', async () => {
    const token = await world.tokenFor(
      `path "sys/mounts/*" { ${ALL} } path "sys/mounts/secret" { capabilities = ["deny"] }`,
    );
    for (const path of ['sys/mounts/secret', 'sys/mounts/secret/']) {
      expect(await world.refusal(token, 'read', path)).toMatch(/^policy-denied/);
      expect(await world.refusal(token, 'delete', path)).toMatch(/^policy-denied/);
    }
  });

  test('a path with an empty segment is no path', async () => {
    await world.ask(world.root, 'update', 'secret/data/team-b/key', { data: { a: '1' } });
    const token = await world.tokenFor(
      `path "secret/*" { ${ALL} } path "secret/metadata/team-b" { capabilities = ["deny"] }`,
    );
    for (const path of ['secret/metadata/team-b//', 'secret/metadata//team-b', '/secret/metadata/team-b']) {
      expect(await world.refusal(token, 'list', path)).toMatch(/^(invalid-request|policy-denied)/);
    }
  });

  test.each([
    ['auth/approle/role/admin', 'auth/approle/role/ADMIN'],
    ['auth/approle/role/admin/role-id', 'auth/approle/role/Admin/role-id'],
    ['sys/policies/acl/admin', 'sys/policies/acl/Admin'],
    ['sys/policy/admin', 'sys/policy/ADMIN'],
    ['sys/policies/acl/admin', 'sys/policies/acl/ admin'],
  ])('where case makes no difference, a denial of %s holds for %s', async (denied, spelling) => {
    await world.ask(world.root, 'update', 'auth/approle/role/admin', {});
    await world.ask(world.root, 'update', 'sys/policies/acl/admin', {
      policy: 'path "x" { policy = "read" }',
    });
    const token = await world.tokenFor(
      `path "auth/approle/role/*" { ${ALL} } path "sys/policy/*" { ${ALL} } path "sys/policies/acl/*" { ${ALL} }
       path "${denied}" { capabilities = ["deny"] }`,
    );
    expect(await world.refusal(token, 'read', denied)).toMatch(/^policy-denied/);
    expect(await world.refusal(token, 'read', spelling)).toMatch(/^(policy-denied|invalid-request)/);
  });
});

test('an auth method cannot be unmounted through sys/mounts, which asks for no sudo', async () => {
  const token = await world.tokenFor(`path "sys/mounts/*" { ${ALL} }`);
  expect(await world.refusal(token, 'delete', 'sys/mounts/auth/approle')).toBe(
    'invalid-request: cannot unmount "auth/approle/"',
  );
  expect(Object.keys(await world.data(world.root, 'read', 'sys/auth'))).toContain('approle/');
});

test('seeing all leases at once needs sudo, as listing them does', async () => {
  const token = await world.tokenFor(`path "sys/*" { ${ALL} }`);
  expect(await world.refusal(token, 'read', 'sys/internal/leases')).toMatch(/^policy-denied/);
});

test('a policy whose name holds a line break is not taken for two policies', async () => {
  await world.ask(world.root, 'update', 'sys/policies/acl/a', { policy: `path "secret/*" { ${ALL} }` });
  await world.ask(world.root, 'update', 'secret/data/x', { data: { a: '1' } });
  const both = await world.auth(world.root, 'update', 'auth/token/create', { policies: ['a', 'default'] });
  const one = await world.auth(world.root, 'update', 'auth/token/create', {
    policies: ['a\ndefault'],
    no_default_policy: true,
  });
  expect((await world.ask(both.client_token, 'read', 'secret/data/x')).status).toBe(200);
  expect(await world.refusal(one.client_token, 'read', 'secret/data/x')).toMatch(/^policy-denied/);
});
