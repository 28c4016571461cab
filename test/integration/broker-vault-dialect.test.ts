import nodeVault from 'node-vault';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedVault, serveMemoryVault } from './broker-over-memory.ts';

let served: ServedVault;
beforeAll(async () => {
  served = await serveMemoryVault();
});
afterAll(() => served.close());

const client = (token = served.rootToken) => nodeVault({ endpoint: served.address, token });
/** A token with exactly this policy. */
async function tokenWith(policy: string): Promise<string> {
  const name = `p${Math.random().toString(36).slice(2)}`;
  await client().addPolicy({ name, policy });
  const created = await nodeVault({ endpoint: served.address, token: served.rootToken }).tokenCreate({
    policies: [name],
    no_default_policy: true,
  });
  return created.auth.client_token;
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly token?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

async function ask({ method = 'GET', path, token, body, headers }: Asked) {
  const reply = await fetch(`${served.address}/v1/${path}`, {
    method,
    headers: { ...(token !== undefined && { 'X-Vault-Token': token }), ...headers },
    ...(body !== undefined && { body }),
  });
  const text = await reply.text();
  return { status: reply.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}

const ENVELOPE_KEYS = [
  'request_id',
  'lease_id',
  'renewable',
  'lease_duration',
  'data',
  'wrap_info',
  'warnings',
  'auth',
];

describe('an unmodified node-vault', () => {
  test('finds a broker that is initialised and open', async () => {
    expect(await client().initialized()).toEqual({ initialized: true });
    expect(await client().health()).toMatchObject({ initialized: true, sealed: false, standby: false });
    expect(await client().status()).toMatchObject({ sealed: false, type: 'shamir', t: 1, n: 1 });
    await expect(client().init({ secret_shares: 1, secret_threshold: 1 })).rejects.toThrow(
      'Vault is already initialized',
    );
  });

  test('writes, reads, lists and deletes secrets', async () => {
    const vault = client();
    const written = await vault.write('secret/data/team/app', { data: { password: 's3cret', port: 5432 } });
    expect(written.data).toMatchObject({ version: 1, destroyed: false, deletion_time: '' });
    const read = await vault.read('secret/data/team/app');
    expect(read.data.data).toEqual({ password: 's3cret', port: 5432 });
    expect(Object.keys(read)).toEqual(expect.arrayContaining(ENVELOPE_KEYS));
    expect((await vault.list('secret/metadata/team')).data.keys).toEqual(['app']);
    expect((await vault.list('secret/metadata/')).data.keys).toContain('team/');
    await vault.delete('secret/data/team/app');
    await expect(vault.read('secret/data/team/app')).rejects.toMatchObject({ response: { statusCode: 404 } });
    const old = await ask({ path: 'secret/data/team/app', token: served.rootToken });
    expect(old.json).toMatchObject({ data: { data: null, metadata: { version: 1 } }, auth: null });
    expect(Object.keys(old.json)).toEqual(expect.arrayContaining(ENVELOPE_KEYS));
  });

  test('may put a slash in front of a path, or two in it, and means the same', async () => {
    const vault = client(await tokenWith('path "secret/data/slash/app" { capabilities = ["read"] }'));
    await client().write('secret/data/slash/app', { data: { a: '1' } });
    for (const path of ['/secret/data/slash/app', 'secret//data/slash/app']) {
      expect((await vault.read(path)).data.data).toEqual({ a: '1' });
    }
    await expect(vault.read('//secret/data/slash/other')).rejects.toThrow('permission denied');
  });

  test('logs in as an app, gets what its policy grants, and is refused the rest', async () => {
    const admin = client();
    await admin.addPolicy({ name: 'shop', policy: 'path "secret/data/shop/*" { capabilities = ["read"] }' });
    await admin.write('secret/data/shop/db', { data: { user: 'shop' } });
    await admin.addApproleRole({ role_name: 'shop', policies: 'shop', token_ttl: 600 });
    const { role_id } = (await admin.getApproleRoleId({ role_name: 'shop' })).data;
    const { secret_id } = (await admin.getApproleRoleSecret({ role_name: 'shop' })).data;

    const app = nodeVault({ endpoint: served.address });
    const login = await app.approleLogin({ role_id, secret_id });
    expect(login.auth).toMatchObject({
      lease_duration: 600,
      renewable: true,
      metadata: { role_name: 'shop' },
    });
    expect((await app.read('secret/data/shop/db')).data.data).toEqual({ user: 'shop' });
    await expect(app.read('secret/data/other')).rejects.toMatchObject({
      message: '1 error occurred:\n\t* permission denied\n\n',
      response: { statusCode: 403 },
    });
    await expect(app.write('secret/data/shop/db', { data: {} })).rejects.toMatchObject({
      response: { statusCode: 403 },
    });
    await expect(app.list('secret/metadata/shop')).rejects.toMatchObject({ response: { statusCode: 403 } });
    expect((await app.tokenLookupSelf()).data).toMatchObject({
      policies: ['default', 'shop'],
      type: 'service',
    });
    await app.tokenRenewSelf();
    await app.tokenRevokeSelf();
    await expect(app.read('secret/data/shop/db')).rejects.toMatchObject({ response: { statusCode: 403 } });
  });

  test('reads mounts and policies where it looks for them: at the top', async () => {
    const mounts = await client().mounts();
    expect(mounts['secret/']).toMatchObject({ type: 'kv', options: { version: '2' } });
    expect(mounts.data['secret/']).toEqual(mounts['secret/']);
    await client().addPolicy({ name: 'round-trip', policy: '# kept\npath "x" { policy = "read" }' });
    expect((await client().getPolicy({ name: 'round-trip' })).rules).toBe(
      '# kept\npath "x" { policy = "read" }',
    );
    expect((await client().policies()).policies).toContain('round-trip');
  });

  test('ends what it was given together with all that came from it', async () => {
    const parent = await tokenWith('path "auth/token/create" { capabilities = ["update"] }');
    const child = (await client(parent).tokenCreate({ no_default_policy: true })).auth.client_token;
    expect((await client(parent).tokenCreate({})).auth.orphan).toBe(false);
    await client().tokenRevoke({ token: parent });
    for (const dead of [parent, child]) {
      const reply = await ask({ path: 'auth/token/lookup-self', token: dead });
      expect([reply.status, reply.json.errors]).toEqual([403, ['permission denied']]);
    }
  });
});

describe('each error has the status and the words of Vault, byte for byte, and changes nothing', () => {
  const DENIED = '1 error occurred:\n\t* permission denied\n\n';
  type Row = [string, (root: string, poor: string) => Asked, number, string[]];
  const rows: Row[] = [
    ['a missing token', () => ({ path: 'secret/data/a' }), 403, ['permission denied']],
    ['an unknown token', () => ({ path: 'secret/data/a', token: 'hvs.none' }), 403, ['permission denied']],
    ['no token at an unmounted path', () => ({ path: 'nowhere/a' }), 403, ['permission denied']],
    ['a path outside the policy', (_root, poor) => ({ path: 'secret/data/a', token: poor }), 403, [DENIED]],
    [
      'a list outside the policy',
      (_root, poor) => ({ path: 'secret/metadata?list=1', token: poor }),
      403,
      [DENIED],
    ],
    [
      'the lookup of a dead token',
      (root) => ({ method: 'POST', path: 'auth/token/lookup', token: root, body: '{"token":"hvs.dead"}' }),
      403,
      ['bad token'],
    ],
    [
      'the lookup of a dead accessor',
      (root) => ({
        method: 'POST',
        path: 'auth/token/lookup-accessor',
        token: root,
        body: '{"accessor":"x"}',
      }),
      400,
      ['invalid accessor'],
    ],
    ['a missing secret', (root) => ({ path: 'secret/data/none', token: root }), 404, []],
    ['an empty list', (root) => ({ path: 'secret/metadata/none?list=true', token: root }), 404, []],
    [
      'no mount',
      (root) => ({ path: 'nowhere/a', token: root }),
      404,
      ['no handler for route "nowhere/a". route entry not found.'],
    ],
    [
      'a bad login',
      () => ({ method: 'POST', path: 'auth/approle/login', body: '{"role_id":"x","secret_id":"y"}' }),
      400,
      ['invalid role or secret ID'],
    ],
    [
      'a mount path that is taken',
      (root) => ({ method: 'POST', path: 'sys/mounts/secret', token: root, body: '{"type":"kv"}' }),
      400,
      ['path is already in use at secret/'],
    ],
    [
      'a write to a folder',
      (root) => ({ method: 'POST', path: 'secret/data/a/', token: root, body: '{}' }),
      400,
      ["cannot write to a path ending in '/'"],
    ],
    [
      'a parent reference',
      (root) => ({ path: 'secret/data/%2e%2e%2fa', token: root }),
      400,
      ['path cannot contain parent references'],
    ],
    [
      'an unsupported operation',
      (root) => ({ method: 'DELETE', path: 'sys/seal', token: root }),
      405,
      ['unsupported operation'],
    ],
    [
      'sys/init twice',
      () => ({ method: 'PUT', path: 'sys/init', body: '{}' }),
      400,
      ['Vault is already initialized'],
    ],
    [
      'malformed JSON',
      (root) => ({ method: 'PUT', path: 'secret/data/a', token: root, body: '{"data":' }),
      400,
      ['error parsing JSON'],
    ],
    [
      'another namespace',
      (root) => ({ path: 'secret/data/a', token: root, headers: { 'X-Vault-Namespace': 'team' } }),
      404,
      ['namespace not found'],
    ],
    [
      'an outdated check-and-set',
      (root) => ({
        method: 'POST',
        path: 'secret/data/a',
        token: root,
        body: '{"options":{"cas":7},"data":{"a":"b"}}',
      }),
      400,
      ['check-and-set parameter did not match the current version'],
    ],
  ];

  test.each(rows)('%s', async (_what, make, status, errors) => {
    const poor = await tokenWith('path "secret/data/poor" { capabilities = ["read"] }');
    const reply = await ask(make(served.rootToken, poor));
    expect([reply.status, reply.text]).toEqual([status, JSON.stringify({ errors })]);
    expect(
      (await ask({ path: 'secret/data/a', token: served.rootToken })).status,
      'nothing was written',
    ).toBe(404);
  });

  test('a policy that does not parse says line and column, and is not there afterwards', async () => {
    const policy = 'path "a" {\n  capabilities = ["reed"]\n}';
    const token = served.rootToken;
    const reply = await ask({
      method: 'PUT',
      path: 'sys/policies/acl/broken',
      token,
      body: JSON.stringify({ policy }),
    });
    expect(reply.status).toBe(400);
    expect(reply.json.errors[0]).toContain('line 2, column 19: unknown capability "reed"');
    expect((await ask({ path: 'sys/policies/acl/broken', token })).status).toBe(404);
  });
});

test('once sealed, whoever asks for anything is told so before all else', async () => {
  const own = await serveMemoryVault();
  const vault = nodeVault({ endpoint: own.address, token: own.rootToken });
  await vault.seal();
  expect(await vault.status()).toMatchObject({ sealed: true });
  for (const token of [own.rootToken, 'hvs.none']) {
    await expect(nodeVault({ endpoint: own.address, token }).read('secret/data/a')).rejects.toMatchObject({
      message: 'Vault is sealed',
      response: { statusCode: 503 },
    });
  }
  await own.close();
});
