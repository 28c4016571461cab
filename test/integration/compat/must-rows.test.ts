import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, ROOT, type Stage } from './stage.ts';

let stage: Stage;
let made: { token: string; accessor: string; lease: string; secretId: string; secretAccessor: string };
beforeAll(async () => {
  stage = await openStage();
  await stage.ask('POST', 'sys/auth/userpass', { type: 'userpass' });
  await stage.ask('POST', 'secret/data/row', { data: { a: '1' } });
  const { auth } = (await stage.ask('POST', 'auth/token/create', { policies: ['shop'], ttl: '1h' })).json;
  const lease = (await stage.ask('GET', 'database/creds/reader')).json.lease_id;
  const secret = (await stage.ask('POST', 'auth/approle/role/shop/secret-id')).json.data;
  made = {
    token: auth.client_token,
    accessor: auth.accessor,
    lease,
    secretId: secret.secret_id,
    secretAccessor: secret.secret_id_accessor,
  };
});
afterAll(() => stage?.close());

type Row = [string, string, number, (() => unknown)?];
/** Everything that VAULT dialect marks as a must: method, path, status, body. In this order; each row stands on those ahead of it. */
const ROWS: Record<string, readonly Row[]> = {
  'Sys core': [
    ['GET', 'sys/health', 200],
    ['HEAD', 'sys/health', 200],
    ['GET', 'sys/seal-status', 200],
    ['GET', 'sys/init', 200],
    ['PUT', 'sys/init', 400],
    ['POST', 'sys/init', 400],
    ['GET', 'sys/leader', 200],
  ],
  Mounts: [
    ['GET', 'sys/mounts', 200],
    ['POST', 'sys/mounts/row', 204, () => ({ type: 'kv', options: { version: '2' } })],
    ['GET', 'sys/mounts/row', 200],
    ['GET', 'sys/mounts/row/tune', 200],
    ['POST', 'sys/mounts/row/tune', 204, () => ({ default_lease_ttl: '1h' })],
    ['DELETE', 'sys/mounts/row', 204],
    ['GET', 'sys/auth', 200],
    ['POST', 'sys/auth/row', 204, () => ({ type: 'approle' })],
    ['GET', 'sys/auth/row/tune', 200],
    ['POST', 'sys/auth/row/tune', 204, () => ({ max_lease_ttl: '2h' })],
    ['DELETE', 'sys/auth/row', 204],
    ['GET', 'sys/internal/ui/mounts', 200],
    ['GET', 'sys/internal/ui/mounts/secret/row', 200],
  ],
  Policy: [
    ['PUT', 'sys/policy/row', 204, () => ({ policy: 'path "x" { policy = "read" }' })],
    ['GET', 'sys/policy/row', 200],
    ['LIST', 'sys/policy', 200],
    ['DELETE', 'sys/policy/row', 204],
    ['PUT', 'sys/policies/acl/row', 204, () => ({ policy: 'path "x" { policy = "read" }' })],
    ['GET', 'sys/policies/acl/row', 200],
    ['LIST', 'sys/policies/acl', 200],
    ['DELETE', 'sys/policies/acl/row', 204],
    ['POST', 'sys/capabilities-self', 200, () => ({ paths: ['a'] })],
    ['POST', 'sys/capabilities', 200, () => ({ token: made.token, paths: ['a'] })],
    ['POST', 'sys/capabilities-accessor', 200, () => ({ accessor: made.accessor, paths: ['a'] })],
  ],
  Token: [
    ['POST', 'auth/token/create', 200],
    ['POST', 'auth/token/create-orphan', 200],
    ['POST', 'auth/token/roles/row', 204, () => ({ allowed_policies: ['shop'] })],
    ['GET', 'auth/token/roles/row', 200],
    ['LIST', 'auth/token/roles', 200],
    ['POST', 'auth/token/create/row', 200],
    ['DELETE', 'auth/token/roles/row', 204],
    ['POST', 'auth/token/lookup', 200, () => ({ token: made.token })],
    ['GET', 'auth/token/lookup-self', 200],
    ['POST', 'auth/token/lookup-accessor', 200, () => ({ accessor: made.accessor })],
    ['POST', 'auth/token/renew', 200, () => ({ token: made.token })],
    ['POST', 'auth/token/renew-accessor', 200, () => ({ accessor: made.accessor })],
    ['LIST', 'auth/token/accessors', 200],
    ['POST', 'auth/token/revoke-orphan', 204, () => ({ token: made.token })],
    ['POST', 'auth/token/revoke', 204, () => ({ token: made.token })],
    ['POST', 'auth/token/revoke-accessor', 400, () => ({ accessor: made.accessor })],
  ],
  AppRole: [
    ['POST', 'auth/approle/role/row', 204, () => ({ token_policies: 'shop' })],
    ['GET', 'auth/approle/role/row', 200],
    ['LIST', 'auth/approle/role', 200],
    ['GET', 'auth/approle/role/row/role-id', 200],
    ['POST', 'auth/approle/role/row/role-id', 204, () => ({ role_id: 'row-role-id' })],
    ['POST', 'auth/approle/role/row/custom-secret-id', 200, () => ({ secret_id: 'row-secret-id' })],
    ['POST', 'auth/approle/login', 200, () => ({ role_id: 'row-role-id', secret_id: 'row-secret-id' })],
    ['LIST', 'auth/approle/role/row/secret-id', 200],
    ['POST', 'auth/approle/role/shop/secret-id/lookup', 200, () => ({ secret_id: made.secretId })],
    [
      'POST',
      'auth/approle/role/shop/secret-id-accessor/lookup',
      200,
      () => ({ secret_id_accessor: made.secretAccessor }),
    ],
    [
      'POST',
      'auth/approle/role/shop/secret-id-accessor/destroy',
      204,
      () => ({ secret_id_accessor: made.secretAccessor }),
    ],
    ['POST', 'auth/approle/role/row/secret-id/destroy', 204, () => ({ secret_id: 'row-secret-id' })],
    ['DELETE', 'auth/approle/role/row', 204],
  ],
  Userpass: [
    ['POST', 'auth/userpass/users/row', 204, () => ({ password: 'p', token_policies: 'shop' })],
    ['GET', 'auth/userpass/users/row', 200],
    ['LIST', 'auth/userpass/users', 200],
    ['POST', 'auth/userpass/users/row/password', 204, () => ({ password: 'q' })],
    ['POST', 'auth/userpass/users/row/policies', 204, () => ({ token_policies: 'shop' })],
    ['POST', 'auth/userpass/login/row', 200, () => ({ password: 'q' })],
    ['DELETE', 'auth/userpass/users/row', 204],
  ],
  'KV v1': [
    ['POST', 'kv1/row', 204, () => ({ a: '1' })],
    ['PUT', 'kv1/row', 204, () => ({ a: '2' })],
    ['GET', 'kv1/row', 200],
    ['LIST', 'kv1', 200],
    ['DELETE', 'kv1/row', 204],
  ],
  'KV v2': [
    ['GET', 'secret/config', 200],
    ['POST', 'secret/config', 204, () => ({ max_versions: 9 })],
    ['POST', 'secret/data/row', 200, () => ({ data: { a: '2' } })],
    ['PATCH', 'secret/data/row', 200, () => ({ data: { b: '3' } })],
    ['GET', 'secret/data/row?version=0', 200],
    ['GET', 'secret/subkeys/row', 200],
    ['POST', 'secret/delete/row', 204, () => ({ versions: [1] })],
    ['GET', 'secret/data/row?version=1', 404],
    ['POST', 'secret/undelete/row', 204, () => ({ versions: [1] })],
    ['PUT', 'secret/destroy/row', 204, () => ({ versions: [1] })],
    ['GET', 'secret/metadata/row', 200],
    ['POST', 'secret/metadata/row', 204, () => ({ custom_metadata: { a: 'b' } })],
    ['PATCH', 'secret/metadata/row', 204, () => ({ custom_metadata: { a: null } })],
    ['LIST', 'secret/metadata', 200],
    ['DELETE', 'secret/data/row', 204],
    ['DELETE', 'secret/metadata/row', 204],
  ],
  Wrapping: [
    ['POST', 'sys/wrapping/wrap', 400, () => ({ a: 'b' })],
    ['POST', 'cubbyhole/row', 204, () => ({ a: 'b' })],
    ['GET', 'cubbyhole/row', 200],
    ['LIST', 'cubbyhole', 200],
    ['DELETE', 'cubbyhole/row', 204],
    ['POST', 'sys/wrapping/unwrap', 400, () => ({ token: 'none' })],
    ['POST', 'sys/wrapping/lookup', 400, () => ({ token: 'none' })],
    ['POST', 'sys/wrapping/rewrap', 400, () => ({ token: 'none' })],
  ],
  Leases: [
    ['PUT', 'sys/leases/lookup', 200, () => ({ lease_id: made.lease })],
    ['LIST', 'sys/leases/lookup/database/creds/reader', 200],
    ['PUT', 'sys/leases/renew', 200, () => ({ lease_id: made.lease })],
    ['PUT', 'sys/leases/revoke', 204, () => ({ lease_id: made.lease })],
    ['PUT', 'sys/leases/revoke-prefix/database/creds/reader', 204],
    ['PUT', 'sys/leases/revoke-force/database/creds/reader', 204],
    ['PUT', 'sys/revoke-prefix/database/creds/reader', 204],
  ],
  Database: [
    ['GET', 'database/config/main', 200],
    ['LIST', 'database/config', 200],
    ['GET', 'database/roles/reader', 200],
    ['LIST', 'database/roles', 200],
    ['GET', 'database/creds/reader', 200],
  ],
};

describe.each(Object.entries(ROWS))('%s', (_area, rows) => {
  it.each(rows)('%s %s answers %i', async (method, path, status, body) => {
    const reply = await fetch(`${stage.address}/v1/${path}`, {
      method,
      headers: {
        'X-Vault-Token': ROOT,
        ...(method === 'PATCH' && { 'Content-Type': 'application/merge-patch+json' }),
      },
      ...(body && { body: JSON.stringify(body()) }),
    });
    expect([reply.status, reply.status >= 400 ? await reply.text() : '']).toEqual([
      status,
      status >= 400 ? expect.any(String) : '',
    ]);
  });
});
