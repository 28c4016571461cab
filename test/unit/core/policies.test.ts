import { beforeEach, expect, test } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

const TEXT = '# mine\npath "secret/data/app" {\n  capabilities = ["read"]\n}\n';

test('the text comes back byte for byte, in the shapes of both endpoints', async () => {
  expect((await world.ask(world.root, 'update', 'sys/policies/acl/App', { policy: TEXT })).status).toBe(204);
  expect(await world.data(world.root, 'read', 'sys/policies/acl/app')).toEqual({ name: 'app', policy: TEXT });
  const old = await world.ask(world.root, 'read', 'sys/policy/app');
  expect(old.envelope?.data).toEqual({ name: 'app', rules: TEXT });
  expect(old.dataAtTop).toBe(true);
  const keys = ['app', 'default', 'owner', 'root'];
  expect(await world.data(world.root, 'list', 'sys/policies/acl')).toEqual({ keys });
  expect(await world.data(world.root, 'read', 'sys/policy')).toEqual({ keys, policies: keys });
  await world.ask(world.root, 'update', 'sys/policy/app', { rules: 'path "x" { policy = "read" }' });
  await world.ask(world.root, 'delete', 'sys/policy/app');
  expect(await world.refusal(world.root, 'read', 'sys/policies/acl/app')).toMatch(/^not-found/);
});

test('a policy that does not parse is refused with line and column, and changes nothing', async () => {
  await world.ask(world.root, 'update', 'sys/policies/acl/app', { policy: TEXT });
  const refusal = await world.refusal(world.root, 'update', 'sys/policies/acl/app', {
    policy: 'path "a" {\n  capabilities = ["fly"]\n}',
  });
  expect(refusal).toMatch(/^policy-invalid: .*2.*/);
  expect(await world.data(world.root, 'read', 'sys/policies/acl/app')).toMatchObject({ policy: TEXT });
});

test.each(['root', 'owner', 'response-wrapping'])('%s cannot be written or deleted', async (name) => {
  for (const operation of ['update', 'delete'] as const) {
    expect(await world.refusal(world.root, operation, `sys/policies/acl/${name}`, { policy: TEXT })).toMatch(
      /^invalid-request: cannot/,
    );
  }
});

test('default can be edited but not deleted', async () => {
  await world.ask(world.root, 'update', 'sys/policies/acl/default', { policy: TEXT });
  expect(await world.refusal(world.root, 'delete', 'sys/policies/acl/default')).toMatch(/^invalid-request/);
});

test('a change of policy holds for the next request of tokens that exist', async () => {
  await world.ask(world.root, 'update', 'secret/data/app', { data: { a: '1' } });
  const token = await world.tokenFor(TEXT);
  expect((await world.ask(token, 'read', 'secret/data/app')).status).toBe(200);
  expect(await world.refusal(token, 'update', 'secret/data/app', { data: {} })).toMatch(/^policy-denied/);
  await world.ask(world.root, 'update', 'sys/policies/acl/test-1', {
    policy: 'path "secret/data/app" { capabilities = ["deny"] }',
  });
  expect(await world.refusal(token, 'read', 'secret/data/app')).toMatch(/^policy-denied/);
  await world.ask(world.root, 'delete', 'sys/policies/acl/test-1');
  expect(await world.refusal(token, 'read', 'secret/data/app')).toMatch(/^policy-denied/);
});

test('capabilities answer for one path at the top, and for each by name', async () => {
  const token = await world.tokenFor(TEXT);
  expect(await world.data(token, 'update', 'sys/capabilities-self', { paths: ['secret/data/app'] })).toEqual({
    'secret/data/app': ['read'],
    capabilities: ['read'],
  });
  const { accessor } = await world.data(token, 'read', 'auth/token/lookup-self');
  const both = { 'secret/data/app': ['read'], 'secret/data/b': ['deny'] };
  const paths = 'secret/data/app,secret/data/b';
  expect(await world.data(world.root, 'update', 'sys/capabilities', { token, paths })).toEqual(both);
  expect(await world.data(world.root, 'update', 'sys/capabilities-accessor', { accessor, paths })).toEqual(
    both,
  );
  const root = await world.data(world.root, 'update', 'sys/capabilities-self', { paths: 'x' });
  expect(root).toEqual({ x: ['root'], capabilities: ['root'] });
});

test('a route that can tell makes create and update two things', async () => {
  const maker = await world.tokenFor('path "auth/approle/role/*" { capabilities = ["create"] }');
  expect((await world.ask(maker, 'update', 'auth/approle/role/new')).status).toBe(204);
  expect(await world.refusal(maker, 'update', 'auth/approle/role/new')).toMatch(/^policy-denied/);
});
