import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedVault, serveMemoryVault } from './broker-over-memory.ts';

let served: ServedVault;
beforeAll(async () => {
  served = await serveMemoryVault();
});
afterAll(() => served.close());

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are what is tested here.
  readonly body: any;
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'X-Vault-Token': served.rootToken },
): Promise<Answer> {
  const response = await fetch(`${served.address}/v1/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const as = (token: string, more: Record<string, string> = {}) => ({ 'X-Vault-Token': token, ...more });

describe('over HTTP, as Vault answers', () => {
  it('a header wraps any answer; it unwraps once, and the second time is 400 in the exact words', async () => {
    await send('POST', 'secret/data/app', { data: { v: 'wrapped' } });
    const wrapped = await send(
      'GET',
      'secret/data/app',
      undefined,
      as(served.rootToken, { 'X-Vault-Wrap-TTL': '2m' }),
    );
    expect(wrapped.body).toMatchObject({ request_id: '', data: null, wrap_info: { ttl: 120 } });
    const { token } = wrapped.body.wrap_info;
    expect((await send('POST', 'sys/wrapping/lookup', { token }, {})).body.data).toMatchObject({
      creation_ttl: 120,
    });
    const out = await send('POST', 'sys/wrapping/unwrap', undefined, as(token));
    expect(out.body).toMatchObject({ data: { data: { v: 'wrapped' } }, wrap_info: null });
    expect(out.body.request_id).not.toBe('');
    for (const again of [
      await send('POST', 'sys/wrapping/unwrap', undefined, as(token)),
      await send('POST', 'sys/wrapping/unwrap', { token }),
    ]) {
      expect(again).toEqual({
        status: 400,
        body: { errors: ['wrapping token is not valid or does not exist'] },
      });
    }
  });

  it('userpass: made, logged in, and wrong in the exact words', async () => {
    await send('POST', 'sys/auth/userpass', { type: 'userpass' });
    await send('POST', 'auth/userpass/users/ann', { password: 'p', policies: 'default' });
    const { body } = await send('PUT', 'auth/userpass/login/ann', { password: 'p' }, {});
    expect(body.auth).toMatchObject({ token_type: 'service', metadata: { username: 'ann' } });
    expect((await send('GET', 'auth/token/lookup-self', undefined, as(body.auth.client_token))).status).toBe(
      200,
    );
    expect(await send('POST', 'auth/userpass/login/ann', { password: 'no' }, {})).toEqual({
      status: 400,
      body: { errors: ['invalid username or password'] },
    });
  });

  it('a login from the loopback is let in where it is bound to the loopback', async () => {
    await send('POST', 'auth/approle/role/here', { secret_id_bound_cidrs: '127.0.0.0/8', role_id: 'here' });
    await send('POST', 'auth/approle/role/there', { secret_id_bound_cidrs: '10.0.0.0/8', role_id: 'there' });
    const login = async (name: string) => {
      const { body } = await send('POST', `auth/approle/role/${name}/secret-id`);
      return send('POST', 'auth/approle/login', { role_id: name, secret_id: body.data.secret_id }, {});
    };
    expect((await login('here')).status).toBe(200);
    expect((await login('there')).status).toBe(400);
  });

  it('the OpenAPI document has no envelope, and help tells of a path', async () => {
    const specs = await send('GET', 'sys/internal/specs/openapi');
    expect(Object.keys(specs.body)).toEqual(['openapi', 'info', 'servers', 'paths']);
    expect(Object.keys((await send('GET', 'secret/data/app?help=1')).body)).toEqual([
      'help',
      'see_also',
      'openapi',
    ]);
  });

  it('audit, key-status, remount and capabilities repeat their data at the top', async () => {
    expect((await send('GET', 'sys/audit')).status).toBe(200);
    expect((await send('GET', 'sys/key-status')).body).toMatchObject({ term: 1, data: { term: 1 } });
    await send('POST', 'sys/mounts/old', { type: 'kv-v2' });
    expect((await send('POST', 'sys/remount', { from: 'old', to: 'new' })).body.migration_id).toBeTypeOf(
      'string',
    );
    expect((await send('GET', 'sys/mounts')).body).toHaveProperty('new/');
  });

  it.each([
    ['POST', 'sys/leases/lookup', { lease_id: 'no/such' }, 400, { errors: ['invalid lease'] }],
    ['PUT', 'sys/leases/renew', { lease_id: 'no/such' }, 400, { errors: ['lease not found'] }],
    ['PUT', 'sys/leases/revoke', { lease_id: 'no/such' }, 204, undefined],
    ['PUT', 'sys/leases/revoke-prefix/no/such', {}, 204, undefined],
    ['PUT', 'sys/leases/revoke-force/no/such', {}, 204, undefined],
    ['PUT', 'sys/revoke-prefix/no/such', {}, 204, undefined],
    ['GET', 'sys/leases/lookup/no?list=true', undefined, 404, { errors: [] }],
    ['POST', 'auth/token/create/nobody', {}, 400, { errors: ['unknown role nobody'] }],
    ['GET', 'auth/token/roles?list=true', undefined, 404, { errors: [] }],
    [
      'POST',
      'sys/wrapping/wrap',
      { a: 1 },
      400,
      { errors: ['endpoint requires response wrapping to be used'] },
    ],
    ['GET', 'cubbyhole/nothing', undefined, 404, { errors: [] }],
  ])('%s %s %j is %i', async (method, path, data, status, body) => {
    expect(await send(method, path, data)).toEqual({ status, body });
  });
});
