import { beforeEach, describe, expect, it } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

type Paths = Record<string, Record<string, unknown>>;
const specs = async (token: string) =>
  (await world.data(token, 'read', 'sys/internal/specs/openapi')) as { openapi: string; paths: Paths };

describe('the OpenAPI document', () => {
  it('is made of the routes: their paths, parameters, bodies and guards', async () => {
    for (const type of ['userpass', 'jwt', 'cert']) {
      await world.ask(world.root, 'update', `sys/auth/${type}`, { type });
    }
    await world.ask(world.root, 'update', 'sys/mounts/kv1', { type: 'kv' });
    expect(await world.ask(world.root, 'read', 'sys/internal/specs/openapi')).toMatchObject({ bare: true });
    const { openapi, paths } = await specs(world.root);
    expect(openapi).toBe('3.0.2');
    expect(paths['/secret/data/{path}']).toMatchObject({
      parameters: [{ name: 'path', in: 'path', required: true }],
      'x-vault-createSupported': true,
      get: { operationId: 'secret-data-path-read' },
      patch: {},
      delete: {},
      post: {
        requestBody: {
          content: { 'application/json': { schema: { properties: { data: {}, options: {} } } } },
        },
      },
    });
    expect(paths['/sys/seal']).toMatchObject({ 'x-vault-sudo': true });
    expect(paths['/auth/userpass/login/{username}']).toMatchObject({
      'x-vault-unauthenticated': true,
      post: {
        requestBody: { content: { 'application/json': { schema: { properties: { password: {} } } } } },
      },
    });
    expect(paths['/kv1/{path}']).toMatchObject({ parameters: [{ name: 'path' }] });
    expect(JSON.stringify(paths)).not.toContain('\\u0000');
  });

  it('tells of the mounts that its reader can reach, and of no others', async () => {
    const token = await world.tokenFor('path "secret/data/app" { capabilities = ["read"] }', {
      no_default_policy: true,
    });
    const { paths } = await specs(token);
    expect(Object.keys(paths).length).toBeGreaterThan(5);
    expect(Object.keys(paths).every((path) => path.startsWith('/secret'))).toBe(true);
    expect(await world.refusal('', 'read', 'sys/internal/specs/openapi')).toMatch(/^permission-denied/);
  });
});

it('help tells what a path is for, where its asker can reach it', async () => {
  const help = async (path: string) =>
    (await world.data(world.root, 'read', `sys/internal/help/${path}`))['help'];
  expect(await help('secret/data/app')).toMatch(
    /^secret\/data\/:path\*\nReads, writes, patches or deletes the newest version of a secret.\nOperations: read, update, patch, delete/,
  );
  expect(await help('secret')).toContain('secret/metadata');
  expect(await help('sys/seal')).toContain('sudo');
  const token = await world.tokenFor('path "nothing" { capabilities = ["read"] }');
  expect(await world.refusal(token, 'read', 'sys/internal/help/secret/data/app')).toMatch(/^no-route/);
});

it('the key has a term, and a vault in memory says that it has none to rotate', async () => {
  expect(await world.ask(world.root, 'read', 'sys/key-status')).toMatchObject({
    dataAtTop: true,
    envelope: { data: { term: 1 } },
  });
  expect(await world.refusal(world.root, 'update', 'sys/rotate')).toMatch(/^not-available/);
});
