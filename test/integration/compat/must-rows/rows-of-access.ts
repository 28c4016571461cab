import { expect } from 'vitest';
import { type Areas, AUTH, auth, done, keepAs, kept, LOOKUP, ok, recall, SECRET_ID, send } from './step.ts';

/** Tokens, AppRole and userpass. */
export const ROWS_OF_ACCESS: Areas = {
  Token: {
    create: [
      send(
        'POST',
        'auth/token/create',
        { policies: ['shop'], ttl: '1h', meta: { a: 'b' }, display_name: 'row' },
        {
          ...auth({
            policies: ['default', 'shop'],
            lease_duration: 3600,
            renewable: true,
            orphan: false,
            metadata: { a: 'b' },
          }),
          keep(body) {
            expect(Object.keys(body.auth).sort().join(' ')).toBe(AUTH);
            kept['token'] = body.auth.client_token;
            kept['accessor'] = body.auth.accessor;
          },
        },
      ),
    ],
    'create-orphan': [
      send('POST', 'auth/token/create-orphan', {}, auth({ orphan: true, policies: ['root'] })),
    ],
    'roles CRUD and LIST, create/:role': [
      done('POST', 'auth/token/roles/row', { allowed_policies: 'shop', orphan: true, token_period: '10m' }),
      ok(
        'GET',
        'auth/token/roles/row',
        'allowed_entity_aliases allowed_policies allowed_policies_glob disallowed_policies disallowed_policies_glob explicit_max_ttl name orphan path_suffix period renewable token_explicit_max_ttl token_no_default_policy token_period token_type',
      ),
      ok('LIST', 'auth/token/roles', 'keys', { like: { data: { keys: ['row'] } } }),
      send(
        'POST',
        'auth/token/create/row',
        {},
        auth({ orphan: true, policies: ['default', 'shop'], lease_duration: 600 }),
      ),
      done('DELETE', 'auth/token/roles/row'),
      { ask: ['LIST', 'auth/token/roles'], status: 404 },
    ],
    'lookup, lookup-self and lookup-accessor': [
      send('POST', 'auth/token/lookup', () => ({ token: recall('token') }), { data: LOOKUP }),
      ok('GET', 'auth/token/lookup-self', LOOKUP, {
        token: () => recall('token'),
        like: () => ({
          data: {
            id: recall('token'),
            path: 'auth/token/create',
            display_name: 'token-row',
            ttl: expect.any(Number),
          },
        }),
      }),
      send('POST', 'auth/token/lookup-accessor', () => ({ accessor: recall('accessor') }), {
        data: LOOKUP,
        like: { data: { id: '' } },
      }),
    ],
    'renew, renew-self and renew-accessor': [
      send(
        'POST',
        'auth/token/renew',
        () => ({ token: recall('token'), increment: '30m' }),
        auth({ lease_duration: 1800 }),
      ),
      send(
        'PUT',
        'auth/token/renew-self',
        { increment: '40m' },
        { token: () => recall('token'), ...auth({ lease_duration: 2400 }) },
      ),
      send('POST', 'auth/token/renew-accessor', () => ({ accessor: recall('accessor'), increment: 60 }), {
        like: { auth: { client_token: '', lease_duration: 60 } },
      }),
    ],
    'LIST accessors': [
      ok('LIST', 'auth/token/accessors', 'keys', {
        like: () => ({ data: { keys: expect.arrayContaining([recall('accessor')]) } }),
      }),
    ],
    'revoke, revoke-self, revoke-accessor and revoke-orphan': [
      done('POST', 'auth/token/revoke', () => ({ token: recall('token') })),
      done('POST', 'auth/token/revoke', () => ({ token: recall('token') })),
      send('POST', 'auth/token/create', {}, { keep: keepAs('self', ({ auth: made }) => made.client_token) }),
      done('POST', 'auth/token/revoke-self', undefined, { token: () => recall('self') }),
      send('POST', 'auth/token/create', {}, { keep: keepAs('accessor', ({ auth: made }) => made.accessor) }),
      done('POST', 'auth/token/revoke-accessor', () => ({ accessor: recall('accessor') })),
      { ask: ['POST', 'auth/token/revoke-accessor', () => ({ accessor: recall('accessor') })], status: 400 },
      send(
        'POST',
        'auth/token/create',
        {},
        { keep: keepAs('parent', ({ auth: made }) => made.client_token) },
      ),
      send(
        'POST',
        'auth/token/create',
        {},
        { token: () => recall('parent'), keep: keepAs('child', ({ auth: made }) => made.client_token) },
      ),
      done('POST', 'auth/token/revoke-orphan', () => ({ token: recall('parent') })),
      ok('GET', 'auth/token/lookup-self', LOOKUP, {
        token: () => recall('child'),
        like: { data: { orphan: true } },
      }),
    ],
  },

  AppRole: {
    'role CRUD and LIST': [
      done('POST', 'auth/approle/role/Row', {
        token_policies: 'shop',
        secret_id_num_uses: 5,
        secret_id_ttl: '1h',
        token_ttl: 60,
      }),
      ok(
        'GET',
        'auth/approle/role/row',
        'bind_secret_id creation_time last_login_time local_secret_ids secret_id_bound_cidrs secret_id_num_uses secret_id_ttl token_bound_cidrs token_explicit_max_ttl token_max_ttl token_no_default_policy token_num_uses token_period token_policies token_ttl token_type',
        {
          like: { data: { secret_id_ttl: 3600, token_ttl: 60, token_policies: ['shop'] } },
        },
      ),
      ok('LIST', 'auth/approle/role', 'keys', { like: { data: { keys: ['row', 'shop'] } } }),
    ],
    'role-id GET and POST': [
      done('POST', 'auth/approle/role/row/role-id', { role_id: 'row-role-id' }),
      ok('GET', 'auth/approle/role/row/role-id', 'role_id', { like: { data: { role_id: 'row-role-id' } } }),
    ],
    'secret-id POST and LIST': [
      send(
        'POST',
        'auth/approle/role/row/secret-id',
        { metadata: '{"a":"b"}' },
        {
          data: 'secret_id secret_id_accessor secret_id_num_uses secret_id_ttl',
          like: { data: { secret_id_num_uses: 5, secret_id_ttl: 3600 } },
          keep({ data }) {
            kept['secret'] = data.secret_id;
            kept['secret accessor'] = data.secret_id_accessor;
          },
        },
      ),
      ok('LIST', 'auth/approle/role/row/secret-id', 'keys', {
        like: () => ({ data: { keys: [recall('secret accessor')] } }),
      }),
    ],
    'custom-secret-id': [
      send(
        'POST',
        'auth/approle/role/row/custom-secret-id',
        { secret_id: 'row-secret-id' },
        { like: { data: { secret_id: 'row-secret-id' } } },
      ),
    ],
    login: [
      send(
        'POST',
        'auth/approle/login',
        { role_id: 'row-role-id', secret_id: 'row-secret-id' },
        {
          token: '',
          ...auth({
            policies: ['default', 'shop'],
            metadata: { role_name: 'row' },
            lease_duration: 60,
            orphan: true,
          }),
        },
      ),
    ],
    'secret-id/lookup and /destroy': [
      send('POST', 'auth/approle/role/row/secret-id/lookup', () => ({ secret_id: recall('secret') }), {
        data: SECRET_ID,
        like: { data: { metadata: { a: 'b' } } },
      }),
      done('POST', 'auth/approle/role/row/secret-id/destroy', () => ({ secret_id: recall('secret') })),
      done('POST', 'auth/approle/role/row/secret-id/lookup', () => ({ secret_id: recall('secret') })),
    ],
    'secret-id-accessor/lookup and /destroy': [
      send(
        'POST',
        'auth/approle/role/row/secret-id',
        {},
        { keep: keepAs('secret accessor', ({ data }) => data.secret_id_accessor) },
      ),
      send(
        'POST',
        'auth/approle/role/row/secret-id-accessor/lookup',
        () => ({ secret_id_accessor: recall('secret accessor') }),
        { data: SECRET_ID },
      ),
      done('POST', 'auth/approle/role/row/secret-id-accessor/destroy', () => ({
        secret_id_accessor: recall('secret accessor'),
      })),
      done('DELETE', 'auth/approle/role/row'),
      { ask: ['GET', 'auth/approle/role/row'], status: 404 },
    ],
  },

  Userpass: {
    'users CRUD and LIST': [
      done('POST', 'auth/userpass/users/Row', { password: 'p', token_policies: 'shop', token_ttl: '1h' }),
      {
        ask: ['GET', 'auth/userpass/users/row'],
        status: 200,
        like: { data: { token_policies: ['shop'], token_ttl: 3600 } },
      },
      ok('LIST', 'auth/userpass/users', 'keys', { like: { data: { keys: ['row'] } } }),
    ],
    '/password': [done('POST', 'auth/userpass/users/row/password', { password: 'q' })],
    '/policies': [done('POST', 'auth/userpass/users/row/policies', { policies: 'shop,blue' })],
    'login/:u': [
      { ask: ['POST', 'auth/userpass/login/row', { password: 'p' }], status: 400, token: '' },
      send(
        'POST',
        'auth/userpass/login/row',
        { password: 'q' },
        {
          token: '',
          ...auth({ policies: ['blue', 'default', 'shop'], metadata: { username: 'row' } }),
        },
      ),
      done('DELETE', 'auth/userpass/users/row'),
      { ask: ['LIST', 'auth/userpass/users'], status: 404 },
    ],
  },
};
